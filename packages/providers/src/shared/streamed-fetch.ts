import { once } from "node:events";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** As long as Node's own `fetch` waits. */
const connectTimeoutMs = 10_000;
const bodilessStatuses = [204, 205, 304];

/**
 * `fetch` for a request whose body is a stream. A redirect is an answer like any other.
 *
 * Node's own splits every body in two and keeps the half that a redirect might need, so that a file that was sent is
 * whole in memory at the end: https://github.com/nodejs/undici/issues/4058. Here a piece is gone once it is on the line.
 *
 * Each call has a connection of its own. One that was kept may be closed by the other side at any moment, and then
 * nobody could tell whether the request was read.
 *
 * @throws what the socket or the body failed with; `signal.reason` after an abort.
 */
export async function streamedFetch(request: Request): Promise<Response> {
  const { url, method, body, signal } = request;
  signal.throwIfAborted();
  const secure = url.startsWith("https:");
  // Through the modules' objects, where tracing and test servers hook in.
  const outgoing = (secure ? https : http).request(url, {
    method,
    headers: {
      accept: "*/*",
      "user-agent": "node",
      ...Object.fromEntries(request.headers),
      // Pictures and models are compressed already. Who does it all the same is understood.
      "accept-encoding": "identity",
    },
    agent: false,
    signal,
  });
  // What comes after the answer began is told by its body; here nobody listens any more.
  outgoing.on("error", () => undefined);
  const connection = watchConnection(outgoing, secure ? "secureConnect" : "connect");
  try {
    const [answer] = await Promise.race([
      once(outgoing, "response"),
      unanswered(outgoing),
      neverBut(send(body, outgoing)),
    ]);
    return toResponse(answer as IncomingMessage);
  } catch (error) {
    outgoing.destroy();
    signal.throwIfAborted();
    throw connection.stands() ? error : noConnection(error);
  }
}

async function send(body: Request["body"], outgoing: ClientRequest): Promise<void> {
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), outgoing);
}

/** Whoever answers that the protocol is another one now (101) is hung up on by Node, which calls that no error. */
async function unanswered(outgoing: ClientRequest): Promise<never> {
  await once(outgoing, "close");
  throw new Error("the connection was closed without an answer");
}

/** Fails with the sending. A vendor may answer before it has read everything: then nobody cares how the rest fares. */
async function neverBut(sending: Promise<void>): Promise<never> {
  await sending;
  return new Promise<never>(() => undefined);
}

/** Whether a byte of the request can have left. A host that swallows packets must not look like one that has it. */
function watchConnection(outgoing: ClientRequest, connected: "connect" | "secureConnect") {
  let stands = false;
  outgoing.once("socket", (socket) => {
    stands = !socket.connecting;
    if (stands) return;
    const timer = setTimeout(() => void outgoing.destroy(), connectTimeoutMs);
    socket.once(connected, () => {
      stands = true;
      clearTimeout(timer);
    });
    socket.once("close", () => clearTimeout(timer));
  });
  return { stands: () => stands };
}

/** Several errors meet when connecting fails, and the first to be heard may be that of the body that was cut off. */
function noConnection(error: unknown): Error {
  const { code = "no code" } = error as { code?: string };
  return Object.assign(new Error("no connection"), { code, syscall: "connect" });
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  if (!bodilessStatuses.includes(status)) return new Response(toWeb(decoded(answer)), { status, headers });
  answer.resume();
  return new Response(null, { status, headers });
}

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** The body as `fetch` gives it: without its encodings, the last one first; as it came where one of them is not known. */
function decoded(answer: IncomingMessage): Readable {
  const steps = (answer.headers["content-encoding"] ?? "")
    .split(",")
    .map((encoding) => encoding.trim().toLowerCase())
    .filter((encoding) => encoding !== "" && encoding !== "identity")
    .reverse()
    .map((encoding) => decoders[encoding]);
  const known = steps.filter((step) => step !== undefined).map((step) => step());
  const last = known.at(-1);
  if (last === undefined || known.length < steps.length) return answer;
  // What breaks in any of them breaks the last one, and whoever reads it is told.
  pipeline([answer, ...known]).catch((error: Error) => last.destroy(error));
  return last;
}

/**
 * A piece at a time, when it is asked for. `Readable.toWeb` makes an uncaught exception of a decoder that goes on for a
 * moment after its reader has left; `ReadableStream.from` does not let a reader leave before the next piece has come.
 */
function toWeb(body: Readable): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value as Uint8Array);
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
