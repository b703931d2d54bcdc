import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import {
  durable,
  type PostgresServer,
  startPostgres,
} from "../../../packages/core/src/testing/embedded/postgres-server.ts";
import type { Found } from "../part.ts";
import { tokenSecret } from "./customers.ts";
import { type Fleet, type Program, startFleet } from "./fleet.ts";
import { mishaps, startVendors, type Vendors } from "./vendors.ts";
import { openWire, type Wire } from "./wire.ts";

/** What every user starts with. */
export const granted = 1_000_000;

/** Everything that runs: a database that survives crashes, the vendors, and the servers between them. */
export interface Stage {
  readonly postgres: PostgresServer;
  readonly wire: Wire;
  readonly vendors: Vendors;
  readonly fleet: Fleet;
  /** Where the servers keep their files and their logs. */
  readonly folder: string;
  readonly assets: string;
  /** Asks the database itself, past the wire, again until it answers. */
  query<Row extends object>(sql: string): Promise<Row[]>;
  /** Ends everything; keeps the folder for who wants to look at the logs. */
  close(keepFolder: boolean): Promise<void>;
}

/** How large and how fast. */
export interface Setting {
  readonly seed: number;
  readonly programs: readonly Program[];
  readonly leaseMs: number;
  readonly jobMs: number;
  readonly latencyMs: number;
  /** What the processes are told beside their places. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Where the processes of one shop find everything. */
export interface Places {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly vendorsUrl: string;
  readonly leaseMs: number;
}

/** A shop with room for everybody, at the simulated vendors. */
export function shopEnvironment({ dataDir, databaseUrl, vendorsUrl, leaseMs }: Places) {
  return {
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    AUTH_JWT_SECRET: tokenSecret,
    // All of them: a server that misses one starts a simulator of its own, and there is one port for it.
    OPENAI_BASE_URL: `${vendorsUrl}/openai/v1`,
    TRIPO_BASE_URL: `${vendorsUrl}/tripo/v3`,
    STABILITY_BASE_URL: `${vendorsUrl}/stability`,
    RECRAFT_BASE_URL: `${vendorsUrl}/recraft/v1`,
    GEMINI_BASE_URL: `${vendorsUrl}/gemini/v1beta`,
    SEEDREAM_BASE_URL: `${vendorsUrl}/seedream/api/v3`,
    TRUSTED_ORIGINS: vendorsUrl,
    SIGN_UP_CREDITS: String(granted),
    LEASE_MS: String(leaseMs),
    SWEEP_MS: "1000",
    BFF_OPEN_GENERATIONS_PER_USER: "10000",
    BFF_TRIPO_CONCURRENCY: "400",
    BFF_OPENAI_STARTS_PER_MINUTE: "100000",
    BFF_QUEUE_DEPTH: "100000",
  };
}

/** Sets it up for as long as something is played on it; keeps the logs of what went wrong, and says where. */
export async function onStage(
  name: string,
  setting: Setting,
  playing: (stage: Stage) => Promise<Found>,
): Promise<Found> {
  const stage = await openStage(setting);
  let well = false;
  try {
    const found = await playing(stage);
    well = found.violations.length === 0;
    return found;
  } finally {
    if (!well) console.log(`${name}: the servers' logs are in ${stage.folder}`);
    await stage.close(!well);
  }
}

/** Sets it up: durable commits, because databases are going to crash. */
async function openStage(setting: Setting): Promise<Stage> {
  const { programs, leaseMs, environment } = setting;
  const folder = await mkdtemp(join(tmpdir(), "genbff-kills-"));
  const postgres = await startPostgres(durable);
  const wire = await openWire(postgres.url);
  const vendors = await startVendors({ ...setting, faults: mishaps });
  const dataDir = join(folder, "data");
  const fleet = await startFleet(programs, folder, {
    ...shopEnvironment({ dataDir, databaseUrl: wire.url, vendorsUrl: vendors.url, leaseMs }),
    ...environment,
  });
  const connect = async () => {
    const client = new Client({ connectionString: postgres.url, connectionTimeoutMillis: 5000 });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  return {
    postgres,
    wire,
    vendors,
    fleet,
    folder,
    assets: join(dataDir, "assets"),
    async query<Row extends object>(sql: string) {
      for (;;) {
        try {
          const client = await connect();
          try {
            return (await client.query<Row>(sql)).rows;
          } finally {
            await client.end();
          }
        } catch (error) {
          if ((error as { code?: string }).code?.startsWith("42")) throw error; // our own mistake
          await sleep(300);
        }
      }
    },
    async close(keepFolder) {
      await fleet.close();
      vendors.close();
      await wire.close();
      await postgres.stop();
      if (!keepFolder) await rm(folder, { recursive: true, force: true });
    },
  };
}
