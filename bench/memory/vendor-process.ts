// The vendors, as strict as the benchmark needs them, in a process whose memory nobody looks at. Prints its address and
// ends with its parent. `GET /sent` tells the SHA-256 of every file sent since it was last asked.
//
// How large a file is stands in the prompt: `bytes:200000000`. A task of Tripo's is named by it.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { glbPieces, noisePng } from "./media.ts";

const sent: string[] = [];
let tasks = 0;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    // Whoever measures stops reading early only when something is wrong; its own failure says what.
    console.error(error);
    response.destroy();
  });
});
server.listen(0, "127.0.0.1", () => console.log(origin()));
process.stdin.once("end", () => process.exit(0)).resume();

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, name = ""] = (request.url ?? "").split(/^\/(?:openai\/v1|tripo\/v3)\//);
  const [, taskBytes] = /^tasks\/(\d+)-/.exec(name) ?? [];
  if (request.url === "/sent") return tell(response, sent.splice(0));
  if (request.url?.startsWith("/models/")) return sendModel(response, bytesIn(request.url));
  if (name === "images/generations") return sendPictures(request, response);
  if (taskBytes !== undefined) return tellTripo(response, done(taskBytes));
  if (name === "files") {
    await drain(request);
    return tellTripo(response, { file_token: "a-file" });
  }
  // What is made of a model that was brought along is small: its way here is what is measured.
  if (name === "models/import" || name === "models/convert") return startTask(request, response, 4096);
  if (name === "generation/text-to-model") return startTask(request, response);
  response.writeHead(404).end();
}

async function startTask(request: IncomingMessage, response: ServerResponse, bytes?: number): Promise<void> {
  const { prompt } = (await json(request)) as { prompt?: string };
  return tellTripo(response, { task_id: `${bytes ?? bytesIn(prompt)}-${++tasks}` });
}

function done(bytes: string) {
  const output = { model_url: `${origin()}/models/bytes:${bytes}.glb` };
  return { status: "success", progress: 100, output, credits_consumed: 1 };
}

async function sendModel(response: ServerResponse, bytes: number): Promise<void> {
  response.writeHead(200, { "content-type": "model/gltf-binary", "content-length": bytes });
  await pipeline(Readable.from(hashed(glbPieces(bytes))), response);
}

async function sendPictures(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { prompt, n = 1 } = (await json(request)) as { prompt?: string; n?: number };
  response.writeHead(200, { "content-type": "application/json" });
  await pipeline(Readable.from(pictures(n, bytesIn(prompt)), { objectMode: false }), response);
}

function* pictures(count: number, bytes: number): Generator<string> {
  yield '{"created":1763712000,"data":[';
  for (let index = 0; index < count; index++) {
    const picture = noisePng(bytes);
    sent.push(createHash("sha256").update(picture).digest("hex"));
    yield `${index === 0 ? "" : ","}{"b64_json":"`;
    // A multiple of three, so that the texts join to one.
    for (let at = 0; at < picture.length; at += 48 * 1024)
      yield Buffer.from(picture.subarray(at, at + 48 * 1024)).toString("base64");
    yield '"}';
  }
  yield '],"usage":{"input_tokens":10,"output_tokens":10,"total_tokens":20}}';
}

function* hashed(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  const hash = createHash("sha256");
  for (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
  sent.push(hash.digest("hex"));
}

async function drain(request: IncomingMessage): Promise<void> {
  for await (const _ of request);
}

function bytesIn(text = ""): number {
  const [, bytes] = /bytes:(\d+)/.exec(text) ?? [];
  if (bytes === undefined) throw new Error(`how large? ${text}`);
  return Number(bytes);
}

function tellTripo(response: ServerResponse, data: object): void {
  tell(response, { code: 0, status: "success", data });
}

function tell(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}
