import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookEvent } from "../../contract/webhook-event.ts";
import { searchLeaks, vendorNames } from "../leaks/search-leaks.ts";
import { vendorCanary } from "../leaks/vendor-canary.ts";

/** A webhook as it arrived. */
export interface Delivery {
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: WebhookEvent;
}

/** How a team's server answers; without it 204. */
export type AnswerDelivery = (delivery: Delivery, response: ServerResponse) => void;

/** A team's own server, on this machine. */
export interface Receiver {
  readonly origin: string;
  readonly url: string;
  /** Everything that has arrived, in order, also what was not answered with 2xx. */
  readonly deliveries: Delivery[];
  /** How many connections it has seen. */
  readonly connections: () => number;
  /** From now on. */
  answerWith(answer: AnswerDelivery): void;
  /** Rejects where a vendor's name or words have arrived. */
  close(): Promise<void>;
}

/** Starts one; on a port of its own unless it comes back to an old one. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  let connections = 0;
  let answer: AnswerDelivery = (_delivery, response) => void response.writeHead(204).end();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const { headers } = request;
    const delivery = { id: String(headers["webhook-id"]), headers, body, event: JSON.parse(body) };
    deliveries.push(delivery);
    answer(delivery, response);
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/hooks`,
    deliveries,
    connections: () => connections,
    answerWith(given) {
      answer = given;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      const leaks = searchLeaks([vendorCanary], vendorNames);
      // The letters of a signature come as they like.
      for (const { body, headers } of deliveries)
        leaks.look("a webhook", `${body}\n${JSON.stringify({ ...headers, "webhook-signature": "" })}`);
      if (leaks.found.length > 0) throw new Error(`what nobody may read got out:\n${leaks.found.join("\n")}`);
    },
  };
}

/** A secret of the Standard Webhooks scheme that tests share with their receiver. */
export const webhookSecret = (letter: string) => `whsec_${Buffer.from(letter.repeat(32)).toString("base64")}`;
