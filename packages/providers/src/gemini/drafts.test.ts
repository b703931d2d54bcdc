import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { failureOf } from "../conformance/buy.ts";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { gemini } from "./index.ts";

const draft = Buffer.alloc(3_000_000, 1);
const picture = Buffer.alloc(5_000_000, 2);
const part = (bytes: Buffer, more: object = {}) => ({
  inlineData: { mimeType: "image/png", data: bytes.toString("base64") },
  ...more,
});
const usageMetadata = { promptTokenCount: 9, candidatesTokenCount: 1680, totalTokenCount: 1689 };
const answerOf = (parts: object[]) => ({
  candidates: [{ content: { parts }, finishReason: "STOP" }],
  usageMetadata,
  modelVersion: "gemini-nano-banana-2.2",
  modelStatus: { retirementTime: "2027-01-15T00:00:00Z" },
});

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What the vendor answers with the given text, and how much of each output a reader gets. */
async function draw(text: string) {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json").end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const warnings: object[] = [];
  const logger = { ...submitContext().logger, warn: (fields: object) => void warnings.push(fields) };
  const context = submitContext({ logger });
  const provider = gemini({ apiKey: "key", baseUrl });
  const job = jobOf("text-to-image", { prompt: "p" });
  const answer = await provider.submit(job, await provider.prepare(job, context), context);
  if (answer.state !== "done") throw new Error("It was not answered at once.");
  return { answer, warnings };
}

async function read(outputs: AsyncIterable<{ index: number; source: object }>) {
  const read: { index: number; bytes: Buffer }[] = [];
  for await (const { index, source } of outputs) {
    const { stream } = source as { stream: ReadableStream<Uint8Array> };
    read.push({ index, bytes: Buffer.from(await new Response(stream).arrayBuffer()) });
  }
  return read;
}
type Outputs = Parameters<typeof read>[0];

it("passes a draft on only as a file that was cut, and then the picture whole, under one index", async () => {
  const signature = { thoughtSignature: "A".repeat(6_000_000) };
  const parts = [part(draft, { thought: true, ...signature }), part(picture, signature)];
  const { answer, warnings } = await draw(JSON.stringify(answerOf(parts)));
  const [first, second, ...others] = await read(answer.outputs as Outputs);
  expect(others).toEqual([]);
  expect(first?.index).toBe(0);
  expect(first?.bytes.length).toBeLessThanOrEqual(draft.length - 1024);
  expect(second?.index).toBe(0);
  expect(second?.bytes.equals(picture)).toBe(true);
  expect(answer.cost).toEqual({ unit: "tokens", amount: 1689 });
  expect(warnings).toEqual([
    { provider: "gemini", asked: "gemini-nano-banana-2.1", answered: "gemini-nano-banana-2.2" },
    { provider: "gemini", model: "gemini-nano-banana-2.1", retires: "2027-01-15T00:00:00Z" },
  ]);
});

it("gives the picture also to a reader that does not want the draft", async () => {
  const { answer } = await draw(JSON.stringify(answerOf([part(draft, { thought: true }), part(picture)])));
  const sizes: number[] = [];
  for await (const { source } of answer.outputs as Outputs) {
    const { stream } = source as { stream: ReadableStream<Uint8Array> };
    if (sizes.push(0) === 1) await stream.cancel();
    else sizes[1] = (await new Response(stream).arrayBuffer()).byteLength;
  }
  expect(sizes).toEqual([0, picture.length]);
});

it("does not pass a picture off as whole when the answer breaks off behind it", async () => {
  const text = JSON.stringify(answerOf([part(picture)]));
  const { answer } = await draw(text.slice(0, text.indexOf('"}}') + 1));
  const error = await failureOf(read(answer.outputs as Outputs));
  expect(error).toMatchObject({ code: "submission_unknown", outcome: "unknown" });
});
