import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How an answer gets lost that a server has given: what a gateway says in its place, or that it hangs up. */
export type LostAnswer = 502 | 504 | "reset";

/** A gateway before an HTTP server, as one stands before PostgREST, on which answers can get lost. */
export interface BrokenGateway {
  readonly url: string;
  /** The next answer to a request that holds all these words: the server has done its work, and nobody hears of it. */
  loseAnswerTo(words: readonly string[], how: LostAnswer): void;
  /** How many were lost. */
  readonly lost: () => number;
  close(): Promise<void>;
}

/** Opens one in front of the server at `target`. */
export async function openBrokenGateway(target: string): Promise<BrokenGateway> {
  let armed: { readonly words: readonly string[]; readonly how: LostAnswer } | undefined;
  let lost = 0;

  async function handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray());
    const asked = `${request.url} ${body.toString()}`;
    const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
    const answer = await fetch(new URL(request.url ?? "/", target), {
      method: request.method ?? "GET",
      headers: headers as Record<string, string>,
      ...(body.length === 0 ? {} : { body }),
    });
    const text = await answer.text();
    if (armed?.words.every((word) => asked.includes(word))) {
      const { how } = armed;
      armed = undefined;
      lost += 1;
      if (how === "reset") request.socket.destroy();
      else response.writeHead(how, { "content-type": "text/html" }).end(`<h1>${how}</h1>`);
      return;
    }
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" }).end(text);
  }

  const server = createServer((request, response) => {
    handOn(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0; // the lines that break are those that somebody breaks
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswerTo(words, how) {
      armed = { words, how };
    },
    lost: () => lost,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
