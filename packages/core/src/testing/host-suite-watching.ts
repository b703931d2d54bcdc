import { expect, it } from "vitest";
import type { GenerationCreated, GenerationStatus } from "../contract/generation.ts";
import { ask, send } from "./host-request.ts";
import { type Given, pictures } from "./host-suite-generations.ts";
import { readEvents } from "./read-events.ts";

/** Long-poll and server-sent events. */
export function watchingStories({ host, buffers }: Given): void {
  if (buffers) bufferedStories(host);
  else streamedStories(host);
  it("answers a long-poll as soon as there is news", async () => {
    const { body } = await ask<GenerationCreated>(host(), pictures({ task_id: "w-poll", prompt: "[slow]" }));
    let version = 0;
    let progress = 0;
    for (let polls = 0; ; polls++) {
      const path = `/tasks/${body.generation_id}/status?wait=10&version=${version}`;
      const { body: now } = await ask<GenerationStatus>(host(), { path });
      expect(now.version).toBeGreaterThan(version);
      expect(now.progress).toBeGreaterThanOrEqual(progress);
      ({ version, progress } = now);
      if (now.status === "complete") break;
      expect(polls).toBeLessThan(20);
    }
  });

  it("gives up waiting when the time is over", async () => {
    const as = "patient";
    const { body } = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "w-late", prompt: "[endless]" }, { as }),
    );
    const path = `/tasks/${body.generation_id}/status?wait=1&version=999`;
    expect(await ask(host(), { path, as })).toMatchObject({ status: 200, body: { completed_at: null } });
    await send(host(), { method: "POST", path: `/generations/${body.generation_id}/cancel`, as });
  });

  it("opens a stream with a ticket, for that task alone", async () => {
    await ask(host(), pictures({ task_id: "w-ticket" }, { headers: { prefer: "wait=15" } }));
    await ask(host(), pictures({ task_id: "w-other" }));
    const issued = await ask<{ ticket: string }>(host(), {
      method: "POST",
      path: "/tasks/w-ticket/events/ticket",
    });
    expect(issued.status).toBe(201);
    const query = `events?ticket=${issued.body.ticket}`;
    const opened = await send(host(), { path: `/tasks/w-ticket/${query}`, as: null });
    expect(await readEvents(opened, (seen) => seen.length === 1)).toHaveLength(1);
    const other = await ask(host(), { path: `/tasks/w-other/${query}`, as: null });
    expect(other).toMatchObject({ status: 401, body: { error: "invalid_token" } });
  });

  it("ends a stream when the token does", async () => {
    const as = "leaver";
    await ask(host(), pictures({ task_id: "w-token" }, { headers: { prefer: "wait=15" }, as }));
    // Clocks may differ by 5 s: a token that ended 3 s ago is taken for 2 more. A slow machine gets longer ones.
    let response: Response | undefined;
    for (let endedAgo = 3; response?.status !== 200 && endedAgo > -8; endedAgo -= 5) {
      const claims = { exp: Math.floor(Date.now() / 1000) - endedAgo };
      response = await send(host(), { path: "/tasks/w-token/events", claims, as });
    }
    expect(await readEvents(response as Response)).toHaveLength(1);
  });

  it("survives a reader that goes away", async () => {
    const as = "hasty";
    const { body } = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "w-away", prompt: "[endless]" }, { as }),
    );
    const leaving = new AbortController();
    const path = `/tasks/${body.generation_id}/status?wait=20&version=999`;
    const waiting = send(host(), { path, signal: leaving.signal, as }).catch((error: unknown) => error);
    setTimeout(() => leaving.abort(), 50);
    await waiting;
    const cancelled = await send(host(), {
      method: "POST",
      path: `/generations/${body.generation_id}/cancel`,
      as,
    });
    expect(cancelled.status).toBe(200);
  });
}

/** Hosts that hand over what is written while it is written. */
function streamedStories(host: Given["host"]): void {
  it("streams a generation to its end, once, and in order", async () => {
    const { body } = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "w-stream", prompt: "[slow]" }),
    );
    const response = await send(host(), { path: `/tasks/${body.generation_id}/events` });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    const events = await readEvents(response);
    const ids = events.map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    expect(events.filter(({ data }) => data.completed_at !== null)).toHaveLength(1);
    expect(events.at(-1)?.data).toMatchObject({ status: "complete", assets: [{ index: 0 }] });

    const path = `/tasks/${body.generation_id}/events`;
    const first = String(ids[0]);
    const rest = await readEvents(await send(host(), { path, headers: { "last-event-id": first } }));
    expect(Number(rest[0]?.id)).toBe(Number(first) + 1);
    const over = await send(host(), { path, headers: { "last-event-id": String(ids.at(-1)) } });
    expect(over.status).toBe(204);
    const garbage = await readEvents(await send(host(), { path, headers: { "last-event-id": "cat" } }));
    expect(garbage).toHaveLength(1);
  });

  it("streams a whole task, with the balance where money moved", async () => {
    const as = "watcher";
    await ask(host(), pictures({ task_id: "w-task" }, { headers: { prefer: "wait=15" }, as }));
    const response = await send(host(), { path: "/tasks/w-task/events", as });
    const reading = readEvents(
      response,
      (seen) =>
        seen.filter(({ data }) => data.status === "complete").length === 2 &&
        seen.at(-1)?.event === "balance",
    );
    await ask(host(), pictures({ task_id: "w-task", prompt: "[slow]" }, { as }));
    const events = await reading;
    expect(events[0]).toMatchObject({ event: "generation", data: { status: "complete" } });
    expect(events.at(-1)).toMatchObject({ event: "balance", data: { available: 90, held: 0 } });
    const ids = events.filter(({ id }) => id !== undefined).map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  });
}

/** Hosts that hand over whole answers: a stream says what is true and ends, and whoever comes back hears the rest. */
function bufferedStories(host: Given["host"]): void {
  it("answers a stream with what is true now, and again to whoever comes back", async () => {
    const as = "returner";
    const { body } = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "w-back", prompt: "[slow]" }, { as }),
    );
    const path = `/tasks/${body.generation_id}/events`;
    const ids: number[] = [];
    for (let over = false; !over; ) {
      const resumed = ids.length === 0 ? {} : { "last-event-id": String(ids.at(-1)) };
      const response = await send(host(), { path, headers: resumed, as });
      expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
      const text = await response.clone().text();
      expect(text).toMatch(/^retry: 1000\n\n/);
      const events = await readEvents(response);
      expect(events.length).toBeLessThanOrEqual(1);
      ids.push(...events.map(({ id }) => Number(id)));
      over = events.at(-1)?.data.completed_at != null;
    }
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    const over = await send(host(), { path, headers: { "last-event-id": String(ids.at(-1)) }, as });
    expect(over.status).toBe(204);
  });

  it("answers a task's stream with what has changed since", async () => {
    const as = "task returner";
    const path = "/tasks/w-task-back/events";
    const make = () =>
      ask(host(), pictures({ task_id: "w-task-back" }, { headers: { prefer: "wait=15" }, as }));
    await make();
    const [first, ...more] = await readEvents(await send(host(), { path, as }));
    expect(first).toMatchObject({ event: "generation", data: { status: "complete" } });
    expect(more).toEqual([]);
    await make();
    const resumed = { "last-event-id": first?.id ?? "" };
    const since = await readEvents(await send(host(), { path, headers: resumed, as }));
    expect(since).toMatchObject([{ event: "generation", data: { status: "complete" } }]);
    expect(Number(since[0]?.id)).toBeGreaterThan(Number(first?.id));
  });
}
