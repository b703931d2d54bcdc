import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The wire between the servers and their database, in our hand. */
export interface Wire {
  /** The database's URL by this way. */
  readonly url: string;
  /** Resets every connection, and every new one, until `open`. */
  cut(): void;
  /** Carries nothing, and loses nothing, until `open`. */
  stall(): void;
  open(): void;
  close(): Promise<void>;
}

type State = "open" | "cut" | "stalled";

/** Opens a way to a Postgres. */
export async function openWire(target: string): Promise<Wire> {
  const { hostname, port, pathname, username } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: State = "open";
  const carry = ([client, server]: readonly [Socket, Socket]) => {
    client.pipe(server);
    server.pipe(client);
  };
  const hold = ([client, server]: readonly [Socket, Socket]) => {
    client.unpipe(server).pause();
    server.unpipe(client).pause();
  };
  const listener = createServer((client) => {
    client.on("error", () => undefined);
    if (state === "cut") {
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(port), hostname);
    server.on("error", () => undefined);
    const pair = [client, server] as const;
    pairs.add(pair);
    client.once("close", () => server.destroy());
    server.once("close", () => {
      pairs.delete(pair);
      client.destroy();
    });
    if (state === "open") carry(pair);
    else hold(pair);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port: own } = listener.address() as AddressInfo;
  return {
    url: `postgres://${username}@127.0.0.1:${own}${pathname}`,
    cut() {
      state = "cut";
      for (const [client] of pairs) client.resetAndDestroy();
    },
    stall() {
      state = "stalled";
      for (const pair of pairs) hold(pair);
    },
    open() {
      if (state === "stalled") for (const pair of pairs) carry(pair);
      state = "open";
    },
    async close() {
      const closed = once(listener, "close");
      listener.close();
      for (const [client] of pairs) client.destroy();
      await closed;
    },
  };
}
