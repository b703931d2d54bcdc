import { describe, expect, it } from "vitest";
import { tinyPng } from "../test-studio.ts";
import { vendorCanary } from "./vendor-canary.ts";
import { type Confidential, watchLeaks } from "./watch-leaks.ts";

const key = "sk-of-a-test-2f9c";
const confidential: Confidential = { words: ["vendors.test:4100"], secrets: [key] };
const request = new Request("http://bff.test/api/tasks");
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const json = (body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { headers: { "content-type": "application/json", ...headers } });
const file = (text: string, contentType = "image/png") =>
  new Response(Buffer.concat([tinyPng, Buffer.from(text)]), { headers: { "content-type": contentType } });

/** Events as they come: in pieces of so many bytes. */
function events(text: string, size = 7): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

const watched = (answer: Response, more: Confidential = confidential) => {
  const watch = watchLeaks(more);
  return { watch, read: async () => (await watch.fetch(async () => answer)(request)).text() };
};

describe("a leak", () => {
  it.each<[string, string, () => Response]>([
    ["an error's details", "openai", () => json({ error: "x", details: { said: "OpenAI says no" } })],
    ["what the vendor said", vendorCanary, () => json({ message: `${vendorCanary} does not draw that` })],
    ["a job's id", vendorCanary, () => json({ metadata: { job: `job-${vendorCanary}` } })],
    ["a model", "gemini", () => json({ model: "gemini-3-pro-image" })],
    [
      "a vendor's address in a URL",
      "vendors.test",
      () => json({ asset_url: "http://vendors.test:4100/a.png" }),
    ],
    ["a header", "tripo", () => json({}, { server: "tripo3d" })],
    ["a link's header", key, () => json({}, { location: `/files/a.png?key=${key}` })],
    ["an event", "seedream", () => events(`data: {"stage":"drawing"}\n\ndata: {"stage":"at Seedream"}\n\n`)],
    ["an event after many", key, () => events(`${"data: {}\n\n".repeat(2000)}data: ${key}\n\n`, 501)],
    ["an event before many", key, () => events(`data: ${key}\n\n${"data: {}\n\n".repeat(2000)}`, 501)],
    ["a page", "replicate", () => new Response("<p>made by Replicate</p>")],
    ["what a picture tells of its maker", vendorCanary, () => file(`tEXtSoftware\0${vendorCanary}`)],
    ["a file of no known type", key, () => file(key, "application/octet-stream")],
  ])("in %s fails the request, and the end", async (_, word, answer) => {
    const { watch, read } = watched(answer());
    await expect(read()).rejects.toThrow(/got out: GET \/api\/tasks/);
    expect(watch.outside.found).toEqual([expect.stringMatching(new RegExp(`says ${word}`, "i"))]);
    expect(() => watch.end()).toThrow("got out");
  });

  it("is found wherever the pieces are cut", async () => {
    const text = `${"data: {}\n\n".repeat(300)}data: ${vendorCanary}\n\n${"data: {}\n\n".repeat(300)}`;
    for (let size = 1; size < 40; size += 3)
      await expect(watched(events(text, size)).read(), String(size)).rejects.toThrow(vendorCanary);
  });

  it("in a stream that its reader leaves is found at the end", async () => {
    const watch = watchLeaks(confidential);
    const response = await watch.fetch(async () => events(`data: ${key}\n\n`.repeat(50), 40))(request);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.cancel();
    expect(() => watch.end()).toThrow(key);
  });

  it.each<[string, object, string]>([
    ["a key", { headers: { "x-api-key": key } }, key],
    ["a token", { header: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl" }, "eyJhbGci"],
    [
      "a signed link",
      { url: `/files/a.png?expires=1&signature=${"mTq8v3k2b9x0c7s5d1f4g6h8".repeat(2).slice(0, 43)}` },
      "signature=",
    ],
    ["a key in an error", { error: new Error("refused", { cause: new Error(key) }) }, key],
    ["a connection string", { error: "at postgres://bff:hunter2@db.test/app" }, "hunter2"],
  ])("of %s in a log line is found at the end", (_, fields, word) => {
    const watch = watchLeaks(confidential);
    watch.logger(silent).debug({ fields }, "a line");
    expect(() => watch.end()).toThrow(word);
  });
});

describe("no leak", () => {
  it.each<[string, () => Response, Confidential?]>([
    [
      "a vendor's name where vendors are named",
      () => json({ provider: "openai" }),
      { vendorsAreNamed: true },
    ],
    ["a name in the bytes of a file", () => file("flux")],
    ["a name in what we have signed", () => json({ next_cursor: `${"a".repeat(60)}.flux${"b".repeat(39)}` })],
    [
      "a name in a long signature",
      () => events(`data: /a?signature=${"c".repeat(20)}flux${"c".repeat(19)}\n\n`, 9),
    ],
    ["a word that holds a name", () => json({ message: "a fallback, in a state of reflux" })],
    [
      "a name that a piece has cut out of a word",
      () =>
        events(`${"data: {}\n\n".repeat(300)}data: {"stage":"fallback"}\n\n${"data: {}\n\n".repeat(300)}`, 1),
    ],
  ])("is %s", async (_, answer, more) => {
    const { watch, read } = watched(answer(), more);
    await read();
    watch.end();
  });
});
