import { createBff } from "../../create-bff.ts";
import type { AnyBffOptions } from "../../create-context.ts";
import type { Database } from "../../database/port.ts";
import { postgres } from "../../database/postgres.ts";
import { inProcess } from "../../engine/in-process.ts";
import type { Engine, Worker } from "../../engine/port.ts";
import type { AnyOperation } from "../../operations/define-operation.ts";
import type { AnyProvider } from "../../providers/define-provider.ts";
import type { JsonValue } from "../../shared/json.ts";
import type { ObjectStore } from "../../storage/port.ts";
import { temporaryUrls } from "../../storage/temporary-urls.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import { type LeakWatch, watchLeaks } from "../leaks/watch-leaks.ts";
import { expireLeases } from "./expire-leases.ts";
import { type MemoryStore, memoryStore } from "./memory-store.ts";
import { type Death, mortalDatabase } from "./mortal-database.ts";

/** What a test sells. Every pair costs `price` credits. */
export interface Stock {
  readonly providers: Readonly<Record<string, AnyProvider>>;
  readonly operations?: readonly AnyOperation[];
  readonly fallback?: Readonly<Record<string, readonly string[]>>;
  readonly caps?: AnyBffOptions["caps"];
  readonly limits?: AnyBffOptions["limits"];
  readonly publicUrl?: string;
  readonly hooks?: AnyBffOptions["hooks"];
  readonly webhooks?: AnyBffOptions["webhooks"];
  /** One for each process. Default: in-process. */
  readonly engine?: () => Engine;
  readonly price?: number;
  readonly signUp?: number;
  /** Outputs are handed on, and what must lie here for a while goes after so long, in ms. */
  readonly temporaryMs?: number;
  /** Where files may be fetched from although the guard would refuse it. */
  readonly trustedOrigins?: readonly string[];
  /** Its vendors are sold under their own names, which everybody may then read. */
  readonly vendorsAreNamed?: boolean;
  /** In place of the shop's own. */
  readonly storage?: ObjectStore;
}

/** One process's whole BFF, and a user's way into it. */
export interface Process {
  readonly bff: {
    readonly fetch: (request: Request, host?: object) => Promise<Response>;
    readonly start: () => Promise<void>;
    readonly worker: Worker;
    readonly wakeDue: ReturnType<typeof createBff>["wakeDue"];
    readonly settled: () => Promise<void>;
    readonly stop: (graceMs?: number) => Promise<void>;
  };
  readonly worker: ReturnType<typeof createBff>["worker"];
  readonly givenUpWebhooks: ReturnType<typeof createBff>["givenUpWebhooks"];
  ask(user: string, path: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
}

/** One that dies. What is left of it is put away by `bff.stop`, which the others need not wait for. */
export interface MortalProcess extends Process {
  /** Resolves when it is dead, and what it had asked for until then is done or is not. */
  readonly died: Promise<void>;
}

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every route.
  readonly json: any;
}

/** Several processes on one database and one storage. */
export interface Shop {
  readonly storage: MemoryStore;
  readonly troubles: string[];
  /** A further process; `around` may stand between it and the database. */
  open(around?: (database: Database) => Database): Promise<Process>;
  /** A further one, which dies at the first call of a function. */
  openMortal(death: Death): Promise<MortalProcess>;
  /** As much time passes as the dead have left, once they are dead. Nobody else may be at work. */
  leasesRunOut(): Promise<void>;
  /** Starts one and waits for its end. */
  make(process: Process, user: string, operation: string, body: object): Promise<Answer["json"]>;
  /** Waits for the end of one that was started. */
  endOf(process: Process, user: string, generationId: string): Promise<Answer["json"]>;
  /** Rejects where something got out that nobody may read. */
  close(): Promise<void>;
}

const secret = "a secret of at least thirty-two letters";

/** So long that nobody has waited for it: a busy machine loses none, and what goes on was handed or taken over. */
const longLeaseMs = 600_000;

/** Opens a shop on a test's database. Leases and paces are those of a test. */
export async function openScriptedShop(test: TestDatabase, stock: Stock): Promise<Shop> {
  const storage = memoryStore();
  const troubles: string[] = [];
  const watch = watchLeaks({
    secrets: [secret],
    ...(stock.vendorsAreNamed ? { vendorsAreNamed: true } : {}),
  });
  const processes: Process[] = [];
  const deaths: Promise<void>[] = [];
  for (const key of Object.values(pricesOf(stock)).flatMap((pairs) => Object.values(pairs)))
    await test.database.call("genbff_set_operation_cost", { p_key: key, p_credits: stock.price ?? 5 });

  const shop: Shop = {
    storage,
    troubles,
    async open(around = (database) => database) {
      const opened = await openProcess(
        around(postgres({ connectionString: test.url, max: 10 })),
        stock,
        stock.storage ?? storage,
        troubles,
        watch,
      );
      processes.push(opened);
      return opened;
    },
    async openMortal(death) {
      const database = mortalDatabase(postgres({ connectionString: test.url, max: 10 }), death);
      const { died, bury } = database;
      const opened = await openProcess(database, stock, stock.storage ?? storage, troubles, watch);
      const stop = () => {
        bury();
        return opened.bff.stop(0);
      };
      const mortal = { ...opened, bff: { ...opened.bff, stop }, died };
      processes.push(mortal);
      deaths.push(died);
      return mortal;
    },
    async leasesRunOut() {
      await Promise.all(deaths);
      await expireLeases(test);
    },
    async make(process, user, operation, body) {
      const started = await process.ask(user, `/generate/${operation}`, {
        task_id: crypto.randomUUID(),
        ...body,
      });
      if (started.status !== 202) throw new Error(`${started.status} ${JSON.stringify(started.json)}`);
      return shop.endOf(process, user, started.json.generation_id);
    },
    async endOf(process, user, generationId) {
      for (let tries = 0; tries < 30; tries++) {
        const { json } = await process.ask(user, `/tasks/${generationId}/status?wait=2&version=99`);
        if (json.completed_at !== null) return json;
      }
      throw new Error(`generation ${generationId} never ended`);
    },
    async close() {
      await Promise.all(processes.map(({ bff }) => bff.stop(2000)));
      watch.end();
    },
  };
  return shop;
}

async function openProcess(
  database: Database,
  stock: Stock,
  storage: ObjectStore,
  troubles: string[],
  watch: LeakWatch,
): Promise<Process> {
  const leaseMs = stock.limits?.leaseMs ?? longLeaseMs;
  const trouble = (fields: Record<string, unknown>, message: string) =>
    void troubles.push(`${message} ${JSON.stringify(fields)}`);
  const logger = watch.logger({ debug() {}, info() {}, warn: trouble, error: trouble });
  const options = {
    database,
    storage:
      stock.temporaryMs === undefined
        ? storage
        : temporaryUrls({ keep: storage, lifetimeMs: stock.temporaryMs }),
    auth: {
      authenticate: async (request: Request) => ({
        userId: request.headers.get("x-user") ?? "nobody",
        admin: false,
        expiresAt: Date.now() + 3_600_000,
      }),
    },
    providers: stock.providers,
    operations: stock.operations ?? [],
    fallback: stock.fallback ?? {},
    prices: pricesOf(stock),
    caps: stock.caps ?? {},
    publicUrl: stock.publicUrl,
    hooks: stock.hooks ?? {},
    webhooks: stock.webhooks,
    secret,
    engine: stock.engine?.() ?? inProcess({ sweepMs: stock.limits?.sweepMs ?? 50, logger }),
    credits: { signUp: stock.signUp ?? 100 },
    inputs: { trustedOrigins: stock.trustedOrigins ?? [] },
    limits: {
      leaseMs,
      heartbeatMs: Math.min(500, leaseMs / 4),
      sweepMs: 50,
      watchTickMs: 30,
      ...stock.limits,
    },
    logger,
  };
  const bff = createBff(options as unknown as Parameters<typeof createBff>[0]);
  await bff.start();
  const fetch = watch.fetch(bff.fetch);
  let stopping: Promise<void> | undefined;
  return {
    bff: {
      fetch,
      start: bff.start,
      worker: bff.worker,
      wakeDue: bff.wakeDue,
      settled: bff.settled,
      stop: (graceMs) => (stopping ??= bff.stop(graceMs)),
    },
    worker: bff.worker,
    givenUpWebhooks: bff.givenUpWebhooks,
    async ask(user, path, body, headers = {}) {
      const response = await fetch(
        new Request(`http://shop.test/api${path}`, {
          method: body === undefined ? "GET" : "POST",
          headers: { "x-user": user, "content-type": "application/json", ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        json: text === "" ? null : (JSON.parse(text) as JsonValue),
      };
    },
  };
}

/** Every pair has a price of its own, by its own name. */
function pricesOf(stock: Stock): Record<string, Record<string, string>> {
  const prices: Record<string, Record<string, string>> = {};
  for (const [provider, { offers }] of Object.entries(stock.providers))
    for (const operation of Object.keys(offers))
      prices[operation] = {
        ...prices[operation],
        [provider]: `${operation}_by_${provider}`.replaceAll("-", "_"),
      };
  return prices;
}
