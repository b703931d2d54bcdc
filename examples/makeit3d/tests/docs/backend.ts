import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

/** What docs/webhooks.md exports to receive with. */
export type Receive = (request: Request) => Promise<Response>;

/** The reader's own server, in which the page's function is mounted. */
export interface Backend {
  readonly url: string;
  receiveWith(receive: Receive): void;
  close(): Promise<void>;
}

const secretOf = (letter: string) => `whsec_${Buffer.from(letter.repeat(32)).toString("base64")}`;
export const webhookSecret = secretOf("a");

/** Starts it. Until the page has its function it is not there yet: 503. */
export async function startBackend(): Promise<Backend> {
  let receive: Receive = async () => new Response(null, { status: 503 });
  const server = createServer(async (request, response) => {
    const { method = "POST", url = "/" } = request;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const body = new Uint8Array(await buffer(request));
    const asked = new Request(`http://backend.test${url}`, {
      method,
      headers: headers as [string, string][],
      body,
    });
    response.writeHead((await receive(asked)).status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/genbff`;
  return {
    url,
    receiveWith(given) {
      receive = given;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The status that somebody with another secret gets from the backend of the page that runs. */
export async function sendForged(): Promise<number> {
  const body = JSON.stringify({ type: "credits.grant", timestamp: new Date().toISOString(), data: {} });
  const [id, at] = ["forged", new Date()];
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secretOf("b")).sign(id, at, body),
  };
  return (await fetch(process.env.WEBHOOK_URL ?? "", { method: "POST", headers, body })).status;
}
