import { once } from "node:events";
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";
import { type TimeLimit, timeLimit } from "./time-limit.ts";

/** What is sent, and how long the host may take. */
export interface OutgoingRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  /** A stream is asked for a piece when the socket takes one, and cancelled where sending breaks off. */
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array> | undefined;
  /** For a host that takes no more bytes or does not answer; a slow source is not meant. */
  readonly timeoutMs: number;
}

/**
 * Sends one request over a connection that nobody else uses; resolves when the head of the answer is there, which may
 * be before the whole body was sent. A redirect is an answer like any other. Destroying the socket ends everything.
 *
 * By `node:http`, since `fetch` neither lets its caller choose the connection nor sends a stream without keeping it:
 * docs/adr/2026-11-22-foreign-urls-are-fetched-through-node-http.md.
 *
 * @throws what the socket or the body failed with, `ETIMEDOUT` where the host took too long. The socket is destroyed.
 * Nothing is sent where the runtime would not use it.
 */
export async function sendRequest(
  url: URL,
  socket: Socket,
  { method, headers, body, timeoutMs }: OutgoingRequest,
): Promise<IncomingMessage> {
  if (socket.destroyed) throw socket.errored ?? new Error("the connection was closed");
  let answered = false;
  const limit = timeLimit(timeoutMs, (late) => void (answered || socket.destroy(late)));
  try {
    const outgoing = begin(url, socket, { method, headers });
    const [answer] = await Promise.race([
      once(outgoing, "response"),
      unanswered(outgoing),
      neverBut(send(body, outgoing, limit)),
    ]);
    answered = true;
    // Whoever leaves early makes the body fail, with nobody left to hear it.
    return (answer as IncomingMessage).on("error", () => undefined);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    limit.stop();
  }
}

/**
 * The body of an answer, piece by piece as it came.
 *
 * @param timeoutMs - Between two pieces; a slow reader is not meant.
 * @throws what the connection failed with, `ETIMEDOUT` where the host was silent.
 */
export async function* piecesOf(answer: IncomingMessage, timeoutMs: number): AsyncGenerator<Uint8Array> {
  const limit = timeLimit(timeoutMs, (late) => answer.destroy(late));
  try {
    limit.start();
    for await (const piece of answer) {
      limit.stop();
      yield piece as Uint8Array;
      limit.start();
    }
  } finally {
    limit.stop();
  }
  // Where nothing but the connection's end delimits a body, Node takes a broken connection for one that has ended.
  const { headers, socket } = answer;
  const delimited = "content-length" in headers || /chunked$/i.test(headers["transfer-encoding"] ?? "");
  if (!delimited && socket.errored) throw socket.errored;
}

/** A request over this very connection, of which nothing has left yet. A header that cannot be one is refused. */
function begin(
  url: URL,
  socket: Socket,
  { method, headers }: Pick<OutgoingRequest, "method" | "headers">,
): ClientRequest {
  let taken = false;
  const createConnection = () => {
    taken = true;
    return socket;
  };
  // Through the modules' objects, where tracing hooks in.
  const { request } = url.protocol === "https:" ? https : http;
  const outgoing = request(url, { method, headers, createConnection, insecureHTTPParser: false });
  // What fails after the answer began is told by its body.
  outgoing.on("error", () => undefined);
  if (taken) return outgoing;
  // Deno did so until 2.1: it would ask the resolver once more, and connect past every check.
  outgoing.destroy();
  throw new Error("this runtime sends requests over connections of its own");
}

async function send(body: OutgoingRequest["body"], outgoing: ClientRequest, limit: TimeLimit): Promise<void> {
  if (body instanceof ReadableStream) {
    const source = Readable.fromWeb(body as NodeStream<Uint8Array>, { highWaterMark: 1 });
    await pipeline(source, (pieces: AsyncIterable<Uint8Array>) => whileTaken(pieces, limit), outgoing);
  } else {
    limit.start();
    outgoing.end(body);
  }
}

/** Between handing a piece over and being asked for the next, and after the last, it is the host's turn. */
async function* whileTaken(pieces: AsyncIterable<Uint8Array>, limit: TimeLimit): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of pieces) {
      limit.start();
      yield piece;
      limit.stop();
    }
  } finally {
    limit.stop();
  }
  limit.start();
}

/** Whoever answers that the protocol is another one now (101) is hung up on by Node, which calls that no error. */
async function unanswered(outgoing: ClientRequest): Promise<never> {
  await once(outgoing, "close");
  throw new Error("the connection was closed without an answer");
}

/** Fails with the sending. A host may answer before it has read everything: then nobody cares how the rest fares. */
async function neverBut(sending: Promise<void>): Promise<never> {
  await sending;
  return new Promise<never>(() => undefined);
}
