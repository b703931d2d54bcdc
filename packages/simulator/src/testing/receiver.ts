import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "./buyer.ts";

/** One webhook as it came. */
export interface Received {
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Json;
}

/** A customer's server that takes webhooks. For tests. */
export interface Receiver {
  readonly url: string;
  /** What came so far, in the order of arrival. */
  all(): readonly Received[];
  /** Forgets what came, and answers the next webhooks with these statuses; after them with 200. */
  reset(...answers: number[]): void;
  close(): void;
}

/** Opens a receiver on a free port of this machine. */
export async function openReceiver(): Promise<Receiver> {
  let received: Received[] = [];
  let answers: number[] = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray()).toString();
    const headers = request.headers as Record<string, string>;
    received.push({ path: request.url ?? "", headers, text, body: JSON.parse(text) });
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/a-secret-path`,
    all: () => received,
    reset(...next) {
      received = [];
      answers = next;
    },
    close: () => server.close(),
  };
}
