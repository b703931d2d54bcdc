import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";

/** What Deno tells of a connection, as far as the pages use it. */
export interface ServeInfo {
  readonly remoteAddr: {
    readonly transport: "tcp";
    readonly hostname: string;
    readonly port: number;
  };
  /** Settles when the answer has been sent; rejects where it could not be. */
  readonly completed: Promise<void>;
}

export type ServeHandler = (request: Request, info: ServeInfo) => Response | Promise<Response>;

/** What our pages use of Deno. */
export interface PlayedDeno {
  readonly env: { get(name: string): string | undefined };
  readonly serve: Serve;
  addSignalListener(signal: "SIGTERM", listener: () => void): void;
}

interface Serve {
  (handler: ServeHandler): DenoServer;
  (options: { readonly port: number }, handler: ServeHandler): DenoServer;
}

interface DenoServer {
  shutdown(): Promise<void>;
}

/**
 * Deno, played over `node:http` with plain Fetch objects: https://docs.deno.com/api/deno/~/Deno.serve
 *
 * Whoever names no port gets one that is free.
 */
export function playDeno(): { readonly Deno: PlayedDeno; url(): string; close(): Promise<void> } {
  const servers: Server[] = [];
  const serve: Serve = (...given: [ServeHandler] | [{ readonly port: number }, ServeHandler]) => {
    const [{ port }, handler] = given.length === 1 ? [{ port: 0 }, given[0]] : given;
    const server = createServer((incoming, outgoing) => void answer(handler, incoming, outgoing));
    servers.push(server.listen(port));
    return { shutdown: () => closeNow(server) };
  };
  return {
    Deno: {
      env: { get: (name) => process.env[name] },
      serve,
      addSignalListener: (signal, listener) => void process.once(signal, listener),
    },
    /** Of the one that was started last. */
    url: () => `http://127.0.0.1:${(servers.at(-1)?.address() as AddressInfo | undefined)?.port}`,
    async close() {
      await Promise.all(servers.map(closeNow));
    },
  };
}

async function answer(
  handler: ServeHandler,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const leaving = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) leaving.abort();
  });
  const { remoteAddress = "", remotePort: port = 0 } = incoming.socket;
  // Deno listens on IPv4 alone, where Node writes such an address as one of IPv6.
  const hostname = remoteAddress.replace(/^::ffff:/, "");
  const { promise: completed, resolve, reject } = Promise.withResolvers<void>();
  // Nobody has to look at it.
  completed.catch(() => undefined);
  try {
    const info = { remoteAddr: { transport: "tcp", hostname, port }, completed } as const;
    const request = toRequest(incoming, leaving.signal);
    const response = await handler(request, info);
    // One line for each header: two cookies are two.
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.flushHeaders();
    if (response.body === null) outgoing.end();
    else await pipeline(Readable.fromWeb(response.body as NodeReadableStream), outgoing);
    // What nobody has looked at is no part of the next request.
    if (!request.bodyUsed) await request.body?.cancel();
    resolve();
  } catch (error) {
    reject(error);
    outgoing.destroy();
  }
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", rawHeaders, headers } = incoming;
  const pairs: [string, string][] = [];
  for (let at = 0; at < rawHeaders.length; at += 2)
    pairs.push([rawHeaders[at] as string, rawHeaders[at + 1] as string]);
  const bodiless = method === "GET" || method === "HEAD";
  return new Request(new URL(url, `http://${headers.host}`), {
    method,
    headers: pairs,
    signal,
    ...(bodiless ? {} : { body: bodyOf(incoming), duplex: "half" }),
  });
}

/** Whoever cancels it only stops to listen: the line must stay open for the answer, and the rest is read away. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isWanted = true;
  const unlessLeft = (act: () => void) => {
    if (isWanted) act();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      incoming.on("data", (chunk: Uint8Array) =>
        unlessLeft(() => {
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
        }),
      );
      incoming.once("end", () => unlessLeft(() => controller.close()));
      incoming.once("error", (error) => unlessLeft(() => controller.error(error)));
    },
    pull: () => void incoming.resume(),
    cancel() {
      isWanted = false;
      incoming.resume();
    },
  });
}

async function closeNow(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
