import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** An issuer's published keys, on this machine. */
export interface JwksServer {
  readonly url: string;
  /** How often they were asked for. */
  asked: number;
  /** What it answers from now on. */
  keys: readonly object[];
  /** Instead of the keys, while it is there. */
  instead: RequestListener | undefined;
  close(): Promise<void>;
}

/** Serves keys until it is closed. */
export async function startJwksServer(keys: readonly object[] = []): Promise<JwksServer> {
  const server = createServer((request, response) => {
    self.asked += 1;
    if (self.instead !== undefined) return self.instead(request, response);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: self.keys }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const self: JwksServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    asked: 0,
    keys,
    instead: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return self;
}
