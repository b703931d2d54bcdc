import { once } from "node:events";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";

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
      // Nobody here undoes an encoding.
      "accept-encoding": "identity",
    },
    agent: false,
    signal,
  });
  boundConnecting(outgoing, secure ? "secureConnect" : "connect");
  try {
    const [answer] = await Promise.race([once(outgoing, "response"), neverBut(send(body, outgoing))]);
    return toResponse(answer as IncomingMessage);
  } catch (error) {
    outgoing.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

async function send(body: Request["body"], outgoing: ClientRequest): Promise<void> {
  if (body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), outgoing);
}

/** Fails with the sending. A vendor may answer before it has read everything: then nobody cares how the rest fares. */
async function neverBut(sending: Promise<void>): Promise<never> {
  await sending;
  return new Promise<never>(() => undefined);
}

/** A host that swallows packets must not look like one that has the request. */
function boundConnecting(outgoing: ClientRequest, connected: "connect" | "secureConnect"): void {
  outgoing.once("socket", (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => {
      outgoing.destroy(Object.assign(new Error("no connection"), { code: "ETIMEDOUT", syscall: "connect" }));
    }, connectTimeoutMs);
    const stop = () => clearTimeout(timer);
    socket.once(connected, stop);
    socket.once("close", stop);
  });
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  if (!bodilessStatuses.includes(status))
    return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers });
  answer.resume();
  return new Response(null, { status, headers });
}
