// A thread of `ledger.ts`: plays the seeds that it is sent on one database, two at a time, until it is sent null.
import { parentPort, workerData } from "node:worker_threads";
import { createTestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { compareSeed, type Difference } from "../../packages/core/src/testing/ledger/compare.ts";
import {
  type Player,
  pglitePlayer,
  postgresPlayer,
  setUpPlay,
} from "../../packages/core/src/testing/ledger/play.ts";

/** Where to play: a server, or embedded where there is none. */
export interface LaneOrder {
  readonly url: string | undefined;
}

/** What a player tells: that it is ready, or what came of a seed. */
export interface LaneReport {
  readonly played: boolean;
  readonly difference?: Difference;
}

const port = parentPort;
if (port === null) throw new Error("ledger-lane.ts is a thread of `pnpm soak ledger`");
const { url } = workerData as LaneOrder;

/** A database for each player: sequences use the same names, and would wait for one another. */
async function openPlayer(server: string): Promise<Player> {
  const test = await createTestDatabase({ server });
  await setUpPlay((sql) => test.query(sql));
  const player = await postgresPlayer(test.url);
  return { ...player, close: () => player.close().then(test.close) };
}

const players = await Promise.all(url === undefined ? [pglitePlayer()] : [openPlayer(url), openPlayer(url)]);
const free = [...players];
let left = players.length;
port.on("message", async (seed: number | null) => {
  const player = free.pop() as Player;
  if (seed === null) {
    await player.close();
    left -= 1;
    if (left === 0) port.close();
    return;
  }
  const difference = await compareSeed(player, seed);
  free.push(player);
  port.postMessage({ played: true, ...(difference && { difference }) } satisfies LaneReport);
});
for (const _ of players) port.postMessage({ played: false } satisfies LaneReport);
