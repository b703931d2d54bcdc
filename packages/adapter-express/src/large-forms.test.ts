import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { request as send } from "node:http";
import { text } from "node:stream/consumers";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pngHeader, pngOf } from "../../core/src/assets/__fixtures__/media.ts";
import { formBytesMax } from "../../core/src/contract/routes.ts";
import { type Listening, listen } from "./testing/listen.ts";
import { createSmallBff, type SmallBff } from "./testing/small-bff.ts";
import { toExpress } from "./to-express.ts";

// A form over the limit of 50 MB, written while it is sent: whether it says its length or not, it is 413 and leaves
// nothing behind.

let small: SmallBff;
let server: Listening;
beforeAll(async () => {
  small = await createSmallBff({});
  server = await listen(express().use("/api", toExpress(small.bff)));
});
afterAll(async () => {
  await server.close();
  await small.close();
});

const type = "multipart/form-data; boundary=x";
const part = (name: string, more = "") =>
  `--x\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`;
const chunkBytes = 256 * 1024;

/** A form whose last part is a picture without an end: everything that comes of it is good so far. */
function* endlessForm(field: string): Generator<Uint8Array, void, void> {
  yield Buffer.from(`${part("task_id")}large\r\n`);
  if (field === "image") yield Buffer.from(`${part("prompt")}a cat\r\n`);
  yield Buffer.from(part(field, '; filename="a.png"'));
  const whole = pngOf([["IHDR", pngHeader(4000, 4000)]]);
  const data = Buffer.alloc(8);
  data.writeUInt32BE(0x7fff_0000, 0);
  data.write("IDAT", 4, "latin1");
  yield Buffer.concat([whole, data]);
  const noise = Buffer.alloc(chunkBytes, "GenBFF");
  for (;;) yield noise;
}

interface Sent {
  readonly status: number | undefined;
  readonly body: { readonly error: string; readonly details: object };
  /** What was taken of it before the answer. */
  readonly bytes: number;
}
type Send = (path: string, field: string, length: number | undefined) => Promise<Sent>;

/**
 * Over a real line, as fast as it is read. The server hangs up half a second after its answer: whoever was not running
 * for as long, as on a busy machine, finds the line cut and nothing to read, and asks again.
 */
const overExpress: Send = async (path, field, length) => {
  for (let tries = 1; ; tries++) {
    try {
      return await sendOnce(path, endlessForm(field), length);
    } catch (error) {
      const { code = "" } = error as { code?: string };
      if (tries === 3 || !["EPIPE", "ECONNRESET"].includes(code)) throw error;
    }
  }
};

async function sendOnce(
  path: string,
  form: Generator<Uint8Array>,
  length: number | undefined,
): Promise<Sent> {
  const declared = length === undefined ? {} : { "content-length": length };
  const headers = { "content-type": type, ...declared };
  const asked = send({ port: server.port, host: "127.0.0.1", method: "POST", path, headers, agent: false });
  // The answer is there; that the line is cut while we still send is what it is about.
  asked.on("error", () => undefined);
  const answered = once(asked, "response");
  let isAnswered = false;
  let bytes = 0;
  const over = () => {
    isAnswered = true;
  };
  answered.then(over, over);
  asked.on("close", over);
  const write = async () => {
    while (!isAnswered) {
      const chunk = form.next().value as Uint8Array;
      bytes += chunk.byteLength;
      if (!asked.write(chunk)) await Promise.race([once(asked, "drain"), answered]);
      // Only between two turns of the loop can an answer come.
      await new Promise(setImmediate);
    }
  };
  const [[response]] = await Promise.all([answered, write()]);
  const body = JSON.parse(await text(response)) as Sent["body"];
  asked.destroy();
  return { status: response.statusCode, body, bytes };
}

const throughFetch: Send = async (path, field, length) => {
  const form = endlessForm(field);
  let bytes = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = form.next().value as Uint8Array;
        bytes += chunk.byteLength;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const declared = length === undefined ? {} : { "content-length": String(length) };
  const headers = { "content-type": type, ...declared };
  const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
  const answer = await small.bff.fetch(new Request(`http://bff.test${path}`, init));
  return { status: answer.status, body: (await answer.json()) as Sent["body"], bytes };
};

const isFile = (entry: { isFile(): boolean; name: string }) => entry.isFile() && entry.name !== "probe";
async function leftBehind() {
  const [rows] = await small.database.query(
    `select (select count(*)::int from public.input_assets) as inputs, (select count(*)::int from genbff.tasks) as tasks,
            (select count(*)::int from genbff.generations) as generations, (select count(*)::int from genbff.holds) as holds`,
  );
  const found = await readdir(small.folder, { recursive: true, withFileTypes: true });
  return { ...rows, files: found.filter(isFile).map(({ name }) => name) };
}
const nothing = { inputs: 0, tasks: 0, generations: 0, holds: 0, files: [] };

describe.each<[string, Send]>([
  ["Express", overExpress],
  ["bff.fetch", throughFetch],
])("through %s", (_, send) => {
  it.each([
    ["/api/uploads", "file"],
    ["/api/generate/image-to-image", "image"],
  ])("%s is 413 where the length is declared, and nothing of it is looked at", async (path, field) => {
    const { status, body, bytes } = await send(path, field, formBytesMax + 1);
    expect({ status, ...body }).toMatchObject({
      status: 413,
      error: "payload_too_large",
      details: { bytes_max: formBytesMax },
    });
    expect(bytes).toBeLessThan(formBytesMax);
    expect(await leftBehind()).toEqual(nothing);
  });

  it.each([
    ["/api/uploads", "file"],
    ["/api/generate/image-to-image", "image"],
  ])("%s is 413 where it comes in chunks, once it is too much", async (path, field) => {
    const { status, body, bytes } = await send(path, field, undefined);
    expect({ status, ...body }).toMatchObject({ status: 413, error: "payload_too_large" });
    expect(bytes).toBeGreaterThan(formBytesMax);
    expect(await leftBehind()).toEqual(nothing);
  });
});
