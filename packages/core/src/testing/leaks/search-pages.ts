import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { watchAt } from "./watched.ts";

/** Between a browser and the servers of this machine. */
export interface PageSearch {
  /** The option `proxy` of Playwright's `launch`. */
  readonly proxy: { readonly server: string };
  /** @throws Error - no page has read anything through it. */
  close(): Promise<void>;
}

/**
 * A proxy that searches what pages read, as far as it comes from a server that is watched: documents, scripts, files, and
 * streams while they run. A browser tells too little of a stream that has not ended. What is found fails the test.
 */
export async function searchPages(): Promise<PageSearch> {
  let answers = 0;
  const server = createServer((asked, answer) => {
    answers += 1;
    const { method = "GET", url = "" } = asked;
    // Compressed it could not be searched.
    const { "proxy-connection": _, "accept-encoding": __, ...headers } = asked.headers;
    const onward = request(new URL(url), { method, headers });
    onward.on("response", (given) => {
      handBack(`${method} ${new URL(url).pathname}`, new URL(url), given, answer).catch(() =>
        answer.destroy(),
      );
    });
    // The browser sees what it would have seen: a line that breaks.
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    proxy: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      if (answers === 0) throw new Error("nothing was searched: the browser was not told of the proxy");
    },
  };
}

async function handBack(
  where: string,
  url: URL,
  given: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const status = given.statusCode ?? 502;
  const isEmpty = [204, 205, 304].includes(status);
  const headers = new Headers(pairs(given.rawHeaders));
  const body = isEmpty ? null : (Readable.toWeb(given) as ReadableStream<Uint8Array>);
  const response = new Response(body, { status, headers });
  const searched = watchAt(url)?.answer(where, response) ?? response;
  answer.writeHead(status, given.statusMessage, given.rawHeaders);
  answer.flushHeaders();
  if (searched.body === null) answer.end();
  else await pipeline(Readable.fromWeb(searched.body as never), answer);
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [
    raw[2 * index] ?? "",
    raw[2 * index + 1] ?? "",
  ]);
}
