import type { Client } from "pg";
import { quoteName } from "./named-call.ts";
import { sayGoodbye } from "./postgres-goodbye.ts";

/** One connection for all channels, outside the pool: LISTEN belongs to a session. */
export interface PostgresListener {
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * Hears notifications, and connects again, for as long as somebody listens.
 *
 * `listen` resolves after the first try to connect, whether it worked or not: notifications are hints. Behind a pooler it
 * hears nothing, and leaves no LISTEN on a connection that the pooler hands to somebody else.
 *
 * @param known - That LISTEN works there is known, so that nobody looks for a pooler: one in session mode is no hindrance.
 */
export function postgresListener(createClient: () => Client, known = false): PostgresListener {
  const handlers = new Map<string, Set<(payload: string) => void>>();
  let connection: Promise<Client | undefined> | undefined;
  let current: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failures = 0;
  let closed = false;
  let pooled = false;

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
      pooled = !known && (await isPooled(client));
      if (pooled) {
        await sayGoodbye(client);
        return undefined;
      }
      for (const channel of handlers.keys()) await client.query(`listen ${quoteName(channel)}`);
      failures = 0;
      return client;
    } catch {
      connectLater(client);
      await sayGoodbye(client);
      return undefined;
    }
  }

  /** A connection may end twice, as a failure and as an event, and the second time belongs to the past. */
  function connectLater(lost: Client): void {
    if (lost !== current) return;
    current = undefined;
    connection = undefined;
    if (closed || pooled || handlers.size === 0 || retry) return;
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
      if (client) await sayGoodbye(client); // the connection is in doubt: a new one listens to every channel
    }
  }

  return {
    async listen(channel, handler) {
      const name = quoteName(channel);
      const before = handlers.get(channel);
      const set = before ?? new Set();
      handlers.set(channel, set.add(handler));
      if (!connection && !retry && !pooled) connection = connect();
      if (before) await connection;
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
      const client = await connection;
      if (client) await sayGoodbye(client);
    },
  };
}

/** A pooler gives its clients a key of its own to cancel by; a server's holds the number of the process that serves us. */
async function isPooled(client: Client): Promise<boolean> {
  const { processID } = client as Client & { processID?: number };
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid !== processID;
}
