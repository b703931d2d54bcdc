import { expect, it } from "vitest";
import type { ByteSource } from "./byte-source.ts";
import { readServerSentEvents } from "./server-sent-events.ts";

/** A body cut into pieces of the given size. */
function sourceOf(text: string, pieceBytes: number): ByteSource & { cancelled: number } {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const source = {
    cancelled: 0,
    async next() {
      if (at >= bytes.length) return undefined;
      at += pieceBytes;
      return bytes.subarray(at - pieceBytes, at);
    },
    async cancel() {
      source.cancelled++;
    },
  };
  return source;
}

async function readText(data: ByteSource): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (let piece = await data.next(); piece; piece = await data.next())
    text += decoder.decode(piece, { stream: true });
  return text;
}

const stream = [
  ": a comment: with colons",
  "",
  "event: first",
  'data: {"a": "é: b"}',
  "",
  "id: 7",
  "event:second",
  "data:one",
  "retry: 5",
  "data",
  "data: three",
  "event: too late",
  "",
  "event: without data",
  "",
  "data: nameless",
  "",
  "nonsense",
  `${"x".repeat(500)}: nonsense`,
  `event: ${"y".repeat(500)}`,
  "data: last",
].join("\n");
const expected = [
  ["first", ' {"a": "é: b"}'],
  ["second", "one\n\n three"],
  [undefined, " nameless"],
  ["y".repeat(199), " last"],
];

it.each([1, 2, 3, 5, 7, 64, 10_000])("reads the same events in pieces of %i bytes", async (pieceBytes) => {
  const source = sourceOf(stream, pieceBytes);
  const events: unknown[] = [];
  for await (const { name, data } of readServerSentEvents(source)) events.push([name, await readText(data)]);
  expect(events).toEqual(expected);
  expect(source.cancelled).toBe(1);
});

it("takes lines that end with a carriage return too", async () => {
  const events: unknown[] = [];
  for await (const { name, data } of readServerSentEvents(sourceOf(stream.replaceAll("\n", "\r\n"), 3)))
    events.push([name, (await readText(data)).trim()]);
  expect(events.map((event) => (event as unknown[])[0])).toEqual(expected.map(([name]) => name));
  expect(events[0]).toEqual(["first", '{"a": "é: b"}']);
});

it("passes over what was left unread", async () => {
  const names: unknown[] = [];
  for await (const { name, data } of readServerSentEvents(sourceOf(stream, 4))) {
    names.push(name);
    await data.next();
    await data.cancel();
  }
  expect(names).toEqual(expected.map(([name]) => name));
});

it("closes the connection when the loop is left", async () => {
  const source = sourceOf(stream, 16);
  for await (const event of readServerSentEvents(source)) if (event.name === "first") break;
  expect(source.cancelled).toBe(1);
});

it("hands on what the connection failed with", async () => {
  const source: ByteSource = {
    next: () => Promise.reject(new Error("reset")),
    cancel: async () => undefined,
  };
  await expect(readServerSentEvents(source).next()).rejects.toThrow("reset");
});
