import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProviderPort, SubmitContext } from "@genbff/core";
import { afterEach, describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { openai } from "./index.ts";

let server: Server | undefined;
afterEach(() => server?.close());

type Write = (text: string) => Promise<void>;

/** A vendor that answers with what `tell` writes, no faster than it is read. */
async function vendor(
  tell: (write: Write) => Promise<void>,
  contentType = "text/event-stream",
): Promise<ProviderPort> {
  const listening = createServer(async (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": contentType });
    const ended = new Promise<void>((resolve) => response.once("close", resolve));
    await tell(async (text) => {
      if (response.destroyed || response.write(text)) return;
      await Promise.race([new Promise((resolve) => response.once("drain", resolve)), ended]);
    });
    response.end();
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return openai({ apiKey: "key", baseUrl, partialImages: 3 });
}

const b64 = (text: string) => Buffer.from(text).toString("base64");
const event = (kind: string, fields: object) =>
  `event: image_edit.${kind}\ndata: ${JSON.stringify({ type: `image_edit.${kind}`, ...fields })}\n\n`;
const partial = (text: string, index = 0) =>
  event("partial_image", { b64_json: b64(text), partial_image_index: index });
const usage = { input_tokens: 50, output_tokens: 50, input_tokens_details: { image_tokens: 40 } };
const completed = event("completed", { b64_json: b64("the picture"), usage });
const job = jobOf("text-to-image", { prompt: "p" });

/** A context that reads every preview, and what it read. */
function watching(): { context: SubmitContext; seen: [number, string][] } {
  const seen: [number, string][] = [];
  const context = submitContext({
    preview: async (index, picture) => {
      seen.push([index, await new Response(picture).text().catch(() => "damaged")]);
    },
  });
  return { context, seen };
}

describe("a stream", () => {
  it("shows what is unfinished, delivers what is finished, and tells what it cost", async () => {
    const provider = await vendor(async (write) => {
      for (const text of [partial("one"), partial("two", 1), completed, "data: [DONE]\n\n"])
        for (const letter of text.match(/[\s\S]{1,7}/g) ?? []) await write(letter);
    });
    const { context, seen } = watching();
    const { outputs, answer, error } = await buy(provider, job, context);
    expect(error).toBeUndefined();
    expect(seen).toEqual([
      [0, "one"],
      [0, "two"],
    ]);
    expect(outputs).toEqual({ 0: "the picture" });
    expect(answer).toMatchObject({ cost: { unit: "usd", amount: 0.00187 } });
  });

  it("is over when the picture is whole, though more may come", async () => {
    let closed = false;
    const provider = await vendor(async (write) => {
      await write(completed);
      await write(partial("late", 2));
      await new Promise<void>((resolve) => server?.once("closing", resolve).once("close", resolve));
      closed = true;
    });
    const { context, seen } = watching();
    const { outputs } = await buy(provider, job, context);
    expect(outputs).toEqual({ 0: "the picture" });
    expect(seen).toEqual([]);
    // It still had the line open: nobody waited for it to end.
    expect(closed).toBe(false);
    server?.closeAllConnections();
  });

  it("loses no picture to an unfinished one that is damaged or that nobody takes", async () => {
    const damaged = partial("whole").replace(b64("whole"), "no base64!");
    const provider = await vendor((write) => write(damaged + partial("two", 1) + completed));
    const { context, seen } = watching();
    expect((await buy(provider, job, context)).outputs).toEqual({ 0: "the picture" });
    expect(seen).toEqual([
      [0, "damaged"],
      [0, "two"],
    ]);
    const careless = submitContext({ preview: async () => undefined });
    expect((await buy(provider, job, careless)).outputs).toEqual({ 0: "the picture" });
  });

  it("is not insisted on: a whole answer is a picture too", async () => {
    const whole = JSON.stringify({ created: 1, data: [{ b64_json: b64("the picture") }], usage });
    const provider = await vendor((write) => write(whole), "application/json");
    const { outputs, answer } = await buy(provider, job, submitContext());
    expect(outputs).toEqual({ 0: "the picture" });
    expect(answer).toMatchObject({ cost: { amount: 0.00187 } });
  });

  it("waits at the vendor until each picture is taken", async () => {
    const base64 = Buffer.alloc(12_000_000, 7).toString("base64");
    let [sent, read, lead] = [0, 0, 0];
    const provider = await vendor(async (write) => {
      for (const kind of ["partial_image", "partial_image", "completed"]) {
        await write(`event: image_generation.${kind}\ndata: {"b64_json":"`);
        for (let at = 0; at < base64.length; at += 65_536) {
          const piece = base64.slice(at, at + 65_536);
          await write(piece);
          sent += piece.length;
        }
        await write('"}\n\n');
      }
    });
    const take = async (picture: ReadableStream<Uint8Array>) => {
      for await (const bytes of picture) read += bytes.length;
      // A consumer that is busy storing: whoever buffers ahead has the time to do it now.
      await new Promise((resolve) => setTimeout(resolve, 50));
      lead = Math.max(lead, sent - (read * 4) / 3);
    };
    const context = submitContext({ preview: (_, picture) => take(picture) });
    const answer = await provider.submit(job, await provider.prepare(job, context), context);
    if (answer.state !== "done") throw new Error("It was not answered at once.");
    for await (const { source } of answer.outputs) if ("stream" in source) await take(source.stream);
    expect(read).toBe(36_000_000);
    // The sockets of both ends hold a few megabytes; the rest of the forty-eight never left the vendor.
    expect(lead).toBeLessThan(16_000_000);
  });
});
