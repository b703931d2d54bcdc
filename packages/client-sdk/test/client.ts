import { assembleClient } from "../src/create-client.ts";
import type { AppIn, Client, ClientOptions } from "../src/index.ts";
import type { WatchTimes } from "../src/watch.ts";
import type { App } from "./app.ts";
import type { BffServer } from "./bff-server.ts";

/** As short as a test can bear on a busy machine. */
const shortTimes: WatchTimes = {
  firstByteMs: 300,
  silenceMs: 600,
  reopenMs: 10,
  retryMs: 20,
  retryMaxMs: 50,
  refusedMs: 60_000,
  heldBackMs: 60_000,
};

/** A typed client of a test's server. */
export function clientOf(
  server: Pick<BffServer, "baseUrl">,
  options: Partial<ClientOptions> = {},
  times: Partial<WatchTimes> = {},
): Client<AppIn<App>> {
  const client = assembleClient(
    { baseUrl: server.baseUrl, getAccessToken: () => "token-1", ...options },
    { ...shortTimes, ...times },
  );
  return client as unknown as Client<AppIn<App>>;
}

/** Everything that comes. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
