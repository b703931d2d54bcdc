import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Something between a client and a function. */
export interface Intermediary {
  readonly url: string;
  /** `GET /api/…` of everything that came by. */
  readonly asked: readonly string[];
  /** Lines that it cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** What a proxy does with an answer. */
type Way = (answer: IncomingMessage, response: ServerResponse, cut: () => void) => Promise<void>;

/** Passes on what comes, and cuts each line after so long: what API Gateway does to streams after its limit. */
export function cuttingProxy(target: string, afterMs: number): Promise<Intermediary> {
  return open(target, async (answer, response, cut) => {
    const timer = setTimeout(cut, afterMs);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    for await (const chunk of answer) if (!response.destroyed) response.write(chunk);
    clearTimeout(timer);
    response.end();
  });
}

/**
 * Passes an answer on when it is whole, and says 504 where that takes too long: API Gateway with buffered answers, 29 s.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
 */
export function bufferingProxy(target: string, limitMs: number): Promise<Intermediary> {
  return open(target, async (answer, response) => {
    const timer = setTimeout(
      () => response.writeHead(504).end('{"message":"Endpoint request timed out"}'),
      limitMs,
    );
    const body = await buffer(answer);
    clearTimeout(timer);
    if (response.writableEnded) return;
    const { "transfer-encoding": _, ...headers } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, headers).end(body);
  });
}

async function open(target: string, way: Way): Promise<Intermediary> {
  const asked: string[] = [];
  let cuts = 0;
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { method, url = "/", headers } = incoming;
    const onward = request(new URL(url, target), { method, headers });
    incoming.pipe(onward);
    const cut = () => {
      if (response.destroyed) return;
      cuts += 1;
      response.destroy();
    };
    onward.on("response", (answer) => void way(answer, response, cut).catch(() => response.destroy()));
    onward.on("error", () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    asked,
    get cuts() {
      return cuts;
    },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
