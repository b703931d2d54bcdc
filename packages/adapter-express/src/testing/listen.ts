import { createServer, type RequestListener, type ServerOptions } from "node:http";
import type { AddressInfo } from "node:net";

/** A server on a free port of this machine. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens until it is closed, and then leaves nobody waiting. */
export async function listen(app: RequestListener, options: ServerOptions = {}): Promise<Listening> {
  const server = createServer(options, app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
