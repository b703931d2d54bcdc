import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { StoredGeneration } from "../events/stored-generation.ts";
import type { WatchedEvent, Watcher } from "../events/watcher.ts";
import { systemClock } from "../shared/clock.ts";
import { readEvents } from "../testing/read-events.ts";
import type { Call } from "./call.ts";
import { streamEvents } from "./event-stream.ts";
import { createOpenStreams } from "./open-streams.ts";

const secondMs = 1000;
const start = Date.parse("2026-01-01T00:00:00Z");
beforeEach(() => void vi.useFakeTimers({ now: start }));
afterEach(() => void vi.useRealTimers());

const generation = (version: number, ended = false) =>
  ({
    generation_id: "g",
    task_id: "t",
    version,
    status: ended ? "complete" : "processing",
    assets: [],
    previews: [],
    failures: [],
    output: null,
    error_code: null,
    created_at: "2026-01-01T00:00:00Z",
    completed_at: ended ? "2026-01-01T00:00:09Z" : null,
  }) as unknown as StoredGeneration;
const event = (version: number, ended = false, seq = version): WatchedEvent => ({
  seq,
  version,
  snapshot: generation(version, ended),
});

/** A BFF around one stream's route: its database says where the stream starts, a test says what happens then. */
function setUp(stream: { readonly last_id: number }, swept = false) {
  const closing = new AbortController();
  const streams = createOpenStreams(closing.signal, systemClock);
  const watches: { after: number; tell: Parameters<Watcher["watch"]>[2] }[] = [];
  const watcher: Watcher = {
    watch(_target, after, tell) {
      const watch = { after, tell };
      watches.push(watch);
      return () => void watches.splice(watches.indexOf(watch), 1);
    },
  };
  // As `genbff_stream`: a stream goes on where nothing after the reader's last is swept.
  const call = vi.fn(async (_name: string, { p_after }: { p_after: number | null }) => {
    const kept = p_after !== null && (swept ? p_after === stream.last_id : p_after <= stream.last_id);
    return { ...stream, resumes: kept };
  });
  const trouble = vi.fn();
  const asked = vi.fn();
  const signedUrl = vi.fn(async (key: string) => `https://files/${key}`);
  const open = (
    headers: Record<string, string> = {},
    expiresAt = start + 3600 * secondMs,
    userId = "ada",
    buffers = false,
  ) =>
    streamEvents(
      {
        context: {
          database: { call },
          storage: { signedUrl },
          clock: systemClock,
          engine: { asked },
          logger: { error: trouble },
        },
        caller: { userId, walletId: userId, admin: false, expiresAt },
        request: new Request("http://localhost/api/tasks/g/events", { headers }),
        streams,
        watcher,
        buffers,
      } as unknown as Call<"events">,
      "g",
    );
  return { open, watches, closing, trouble, asked, signedUrl };
}
const running = { task_id: "t", generation_id: "g", last_id: 2, ended: false, events: [event(2)] };
const over = { ...running, ended: true, events: [event(2, true)] };
const ofTask = { ...running, generation_id: null };

/** Everything in a stream's body as text, as far as it has come. */
function textOf(response: Response) {
  const read = { text: "", ended: false };
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const pump = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      read.text += decoder.decode(value, { stream: true });
    }
    read.ended = true;
  };
  pump().catch((error: unknown) => {
    read.text += String(error);
  });
  return read;
}

it("says something every 15 s, so that nothing in between takes the line for dead", async () => {
  const { open } = setUp(ofTask);
  const read = textOf(await open());
  await vi.advanceTimersByTimeAsync(14 * secondMs);
  expect(read.text).not.toMatch(/^: /m);
  await vi.advanceTimersByTimeAsync(47 * secondMs);
  expect(read.text.match(/^: /gm)).toHaveLength(4);
  expect(read.ended).toBe(false);
});

it("ends when the token does, and holds nothing afterwards", async () => {
  const { open, watches } = setUp(ofTask);
  const read = textOf(await open({}, start + 20 * secondMs));
  await vi.advanceTimersByTimeAsync(19 * secondMs);
  expect([read.ended, watches.length]).toEqual([false, 1]);
  await vi.advanceTimersByTimeAsync(2 * secondMs);
  expect([read.ended, watches.length, vi.getTimerCount()]).toEqual([true, 0, 0]);
});

it("has one timer for however many streams, and none when all have left", async () => {
  const { open, watches } = setUp(ofTask);
  const responses = await Promise.all(
    Array.from({ length: 120 }, (_, at) => open({}, undefined, `user ${at % 3}`)),
  );
  expect([watches.length, vi.getTimerCount()]).toEqual([120, 1]);
  await Promise.all(responses.map((response) => response.body?.cancel()));
  expect([watches.length, vi.getTimerCount()]).toEqual([0, 0]);
});

it("gives one user fifty streams, and a place again when one is left", async () => {
  const { open } = setUp(ofTask);
  const [first] = await Promise.all(Array.from({ length: 50 }, () => open()));
  await expect(open()).rejects.toMatchObject({ code: "rate_limited", details: { retry_after_s: 5 } });
  expect((await open({}, undefined, "somebody else")).status).toBe(200);
  await first?.body?.cancel();
  expect((await open()).status).toBe(200);
});

it.each([
  ["nothing", undefined],
  ["no number", "cat"],
  ["a number of another stream", "3"],
  ["a negative number", "-1"],
  ["more digits than any", "9".repeat(40)],
  ["two numbers", "1, 2"],
])("begins with what is true now where Last-Event-ID is %s", async (_, id) => {
  const { open, watches } = setUp(running);
  const read = textOf(await open(id === undefined ? {} : { "last-event-id": id }));
  await vi.advanceTimersByTimeAsync(0);
  expect(read.text).toMatch(/^retry: 1000\n\nevent: generation\nid: 2\ndata: .*\n\n$/);
  expect(watches[0]?.after).toBe(2);
});

it("goes on after Last-Event-ID, and tells nothing twice", async () => {
  const { open, watches } = setUp(running);
  const read = textOf(await open({ "last-event-id": "1" }));
  await vi.advanceTimersByTimeAsync(0);
  expect(read.text).toBe("retry: 1000\n\n");
  expect(watches[0]?.after).toBe(1);
});

it("tells the end once, whatever comes after it, and lets go", async () => {
  const { open, watches } = setUp(running);
  const response = await open();
  watches[0]?.tell({ events: [event(3), event(4, true)], balance: undefined });
  watches[0]?.tell({ events: [event(4, true), event(5)], balance: undefined });
  const events = await readEvents(response);
  expect(events.map(({ id }) => id)).toEqual(["2", "3", "4"]);
  expect([watches.length, vi.getTimerCount()]).toEqual([0, 0]);
});

it("answers 204 where the end was read already, so that an EventSource stays away", async () => {
  const { open, watches } = setUp(over);
  const response = await open({ "last-event-id": "2" });
  expect([response.status, response.body, watches.length]).toEqual([204, null, 0]);
});

it.each([{}, { "last-event-id": "1" }])(
  "tells the end of what was swept long ago, resumed by %j",
  async (headers) => {
    const { open, watches } = setUp(over, true);
    const events = await readEvents(await open(headers));
    expect(events).toMatchObject([{ event: "generation", id: "2", data: { status: "complete" } }]);
    expect(watches).toEqual([]);
  },
);

it("tells a task's balance after the events that came with it, and stays open after an end", async () => {
  const { open, watches } = setUp(ofTask);
  const response = await open();
  watches[0]?.tell({ events: [event(3, true, 7)], balance: { available: 90 } as never });
  const events = await readEvents(response, (seen) => seen.length === 3);
  expect(events.map(({ event: name, id }) => [name, id])).toEqual([
    ["generation", "2"],
    ["generation", "7"],
    ["balance", undefined],
  ]);
});

it("signs the links of an event once for all who watch", async () => {
  const { open, watches, signedUrl } = setUp(running);
  const responses = await Promise.all(Array.from({ length: 5 }, () => open()));
  const asset = { asset_id: "a", kind: "image", index: 0, storage_key: "images/0.png" };
  const end = event(3, true);
  const news = {
    events: [{ ...end, snapshot: { ...end.snapshot, assets: [asset as never] } }],
    balance: undefined,
  };
  for (const { tell } of [...watches]) tell(news);
  const told = await Promise.all(responses.map((response) => readEvents(response)));
  for (const events of told)
    expect(events.at(-1)?.data).toMatchObject({ asset_url: "https://files/images/0.png" });
  expect(signedUrl).toHaveBeenCalledTimes(1);
});

it("says when to come back before the BFF stops, also to whoever came too late", async () => {
  const { open, closing, watches } = setUp(ofTask);
  const read = textOf(await open({ "last-event-id": "2" }));
  await vi.advanceTimersByTimeAsync(0);
  closing.abort();
  const late = textOf(await open({ "last-event-id": "2" }));
  await vi.advanceTimersByTimeAsync(0);
  for (const stream of [read, late])
    expect(stream).toEqual({ text: "retry: 1000\n\nretry: 1000\n\n", ended: true });
  expect([watches.length, vi.getTimerCount()]).toEqual([0, 0]);
});

it("ends where an event cannot be written: the reader comes back and asks for it again", async () => {
  const { open, watches, trouble } = setUp(ofTask);
  const read = textOf(await open());
  const broken = { ...event(3), snapshot: {} as StoredGeneration };
  watches[0]?.tell({ events: [broken], balance: undefined });
  await vi.advanceTimersByTimeAsync(0);
  expect([read.ended, watches.length, trouble.mock.calls.length]).toEqual([true, 0, 1]);
});

it("tells what has changed and ends at once, on a host that hands over whole answers", async () => {
  const { open, watches, asked } = setUp(running);
  for (const [lastEventId, told] of [
    ["cat", 1],
    ["1", 1],
    ["2", 0],
  ] as const) {
    const read = textOf(await open({ "last-event-id": lastEventId }, undefined, undefined, true));
    await vi.advanceTimersByTimeAsync(0);
    expect(read).toEqual({ text: expect.stringMatching(/^retry: 1000\n\n/), ended: true });
    expect(read.text.match(/^id: 2$/gm) ?? []).toHaveLength(told);
  }
  expect([watches.length, vi.getTimerCount()]).toEqual([0, 0]);
  // It has not ended: engines without a worker take this for a wake-up.
  expect(asked).toHaveBeenCalledTimes(3);
});
