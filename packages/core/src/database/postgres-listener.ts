import type { Client } from "pg";
import { quoteName } from "./named-call.ts";

/** One connection for all channels, outside the pool: LISTEN belongs to a session. */
export interface PostgresListener {
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * Hears notifications, and connects again, for as long as somebody listens.
 *
 * `listen` resolves after the first try to connect, whether it worked or not: notifications are hints.
 */
export function postgresListener(createClient: () => Client): PostgresListener {
  const handlers = new Map<string, Set<(payload: string) => void>>();
  let connection: Promise<Client | undefined> | undefined;
  let current: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;

  async function connect(): Promise<Client | undefined> {
    const client = createClient();
    current = client;
    client.on("error", () => undefined); // "end" follows
    client.on("end", () => connectLater(client));
    client.on("notification", ({ channel, payload }) => {
      for (const handler of handlers.get(channel) ?? []) handler(payload ?? "");
    });
    try {
      await client.connect();
      for (const channel of handlers.keys()) await client.query(`listen ${quoteName(channel)}`);
      failures = 0;
      return client;
    } catch {
      connectLater(client);
      await client.end();
      return undefined;
    }
  }

  /** A connection may end twice, as a failure and as an event, and the second time belongs to the past. */
  function connectLater(lost: Client): void {
    if (lost !== current) return;
    current = undefined;
    connection = undefined;
    if (closed || handlers.size === 0 || retry) return;
    failures += 1;
    retry = setTimeout(
      () => {
        retry = undefined;
        if (!closed && handlers.size > 0) connection = connect();
      },
      Math.min(10_000, 100 * 2 ** failures) * (0.5 + Math.random() / 2),
    ).unref();
  }

  async function tell(statement: string): Promise<void> {
    const client = await connection;
    try {
      await client?.query(statement);
    } catch {
      await client?.end(); // the connection is in doubt: a new one listens to every channel
    }
  }

  return {
    async listen(channel, handler) {
      const name = quoteName(channel);
      const known = handlers.get(channel);
      const set = known ?? new Set();
      handlers.set(channel, set.add(handler));
      if (!connection && !retry) connection = connect();
      if (known) await connection;
      else await tell(`listen ${name}`);
      return async () => {
        set.delete(handler);
        if (set.size > 0 || handlers.get(channel) !== set) return;
        handlers.delete(channel);
        await tell(`unlisten ${name}`);
      };
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      handlers.clear();
      await (await connection)?.end();
    },
  };
}
