import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The port of a simulator: it can be closed for a while, as if the vendor's machine were gone. */
export interface ListeningPort {
  readonly number: number;
  /**
   * Refuses connections for that long; those that are open end with the answer under way. A second call starts the
   * time anew.
   */
  close(ms: number): void;
  /** Stops for good. A second call does nothing. */
  end(): Promise<void>;
}

const triesAgainMs = 50;
const sweepMs = 10;

/** Listens; rejects if the port is taken. */
export async function openPort(server: Server, port: number, host: string): Promise<ListeningPort> {
  const { port: number } = await listen(server, port, host);
  let timer: NodeJS.Timeout | undefined;
  let sweeper: NodeJS.Timeout | undefined;
  let ended: Promise<void> | undefined;

  const reopenIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      clearInterval(sweeper);
      // Somebody may sit on the port by now; it is ours again as soon as they leave.
      listen(server, number, host).catch(() => reopenIn(triesAgainMs));
    }, ms);
  };
  return {
    number,
    close(ms) {
      if (ended !== undefined) return;
      server.close();
      clearInterval(sweeper);
      sweeper = setInterval(() => server.closeIdleConnections(), sweepMs);
      reopenIn(ms);
    },
    end() {
      clearTimeout(timer);
      clearInterval(sweeper);
      ended ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return ended;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
