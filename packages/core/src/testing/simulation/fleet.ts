import { isErrorCode } from "../../contract/error-codes.ts";
import { type Bff, runBff } from "../../create-bff.ts";
import { type AnyBffOptions, createContext } from "../../create-context.ts";
import { temporaryUrls } from "../../storage/temporary-urls.ts";
import type { MemoryStore } from "../generations/memory-store.ts";
import type { DatabaseServer } from "./database-server.ts";
import { databasePort, downloads, type Outage, storagePort } from "./ports.ts";
import { type SimulatedProcess, startProcess } from "./process.ts";
import { fallback, operations, prices, signUpCredits } from "./stock.ts";
import type { Vendor } from "./vendor.ts";
import { vendorProvider } from "./vendor-provider.ts";
import type { World } from "./world.ts";

/** A process with a whole BFF in it. */
export interface Member {
  readonly process: SimulatedProcess;
  readonly bff: Omit<Bff<object>, "~app">;
}

/** Several processes on one database and one storage; whoever dies is started again. */
export interface Fleet {
  /** Who lives now. */
  members(): readonly Member[];
  close(): Promise<void>;
}

/** What all processes share. */
export interface Ground {
  readonly world: World;
  readonly server: DatabaseServer;
  readonly store: MemoryStore;
  readonly vendors: readonly Vendor[];
  readonly outage: Outage;
  /** Outputs are handed on, and what must lie here goes after so long; undefined: they are kept. */
  readonly temporaryMs: number | undefined;
  readonly limits: NonNullable<AnyBffOptions["limits"]>;
  readonly caps: NonNullable<AnyBffOptions["caps"]>;
  /** Puts a defect into a process, for the tests that the simulation can fail. */
  readonly sabotage?: (options: AnyBffOptions) => AnyBffOptions;
}

/** Starts so many. */
export function openFleet(ground: Ground, size: number): Fleet {
  const { world } = ground;
  const members = new Map<number, Member>();
  let open = true;
  const start = (place: number, life: number) => {
    const process = startProcess(world, life === 1 ? `p${place}` : `p${place}.${life}`);
    const bff = openBff(ground, process);
    members.set(place, { process, bff });
    process.onDeath(() => {
      members.delete(place);
      if (open) world.time.at(world.luck.between(500, 8000), () => start(place, life + 1));
    });
    void boot(process, bff);
  };
  for (let place = 1; place <= size; place++) start(place, 1);
  return {
    members: () => [...members.values()],
    async close() {
      open = false;
      await Promise.all([...members.values()].map(({ bff }) => bff.stop(5000)));
    },
  };
}

/** What a supervisor does: a start that fails is tried again. */
async function boot(process: SimulatedProcess, bff: Member["bff"]): Promise<void> {
  try {
    await bff.start();
  } catch {
    await process.wait(1000);
    await boot(process, bff);
  }
}

function openBff(ground: Ground, process: SimulatedProcess): Member["bff"] {
  const { world, server, store, vendors, outage, limits, caps, temporaryMs } = ground;
  const { sabotage = (options) => options } = ground;
  const storage = storagePort(world, process, store);
  const options: AnyBffOptions = {
    database: databasePort(world, process, server, outage),
    storage: temporaryMs === undefined ? storage : temporaryUrls({ keep: storage, lifetimeMs: temporaryMs }),
    auth: {
      authenticate: async (request: Request) => ({
        userId: request.headers.get("x-user") ?? "nobody",
        admin: false,
        expiresAt: Date.parse("9999-12-31"),
      }),
    },
    providers: Object.fromEntries(
      vendors.map((vendor) => [vendor.name, vendorProvider(world, process, vendor)]),
    ),
    operations,
    prices,
    fallback,
    caps,
    limits,
    secret: "a secret of at least thirty-two letters",
    credits: { signUp: signUpCredits },
    logger: {
      debug() {},
      info() {},
      warn() {},
      error: (fields: Record<string, unknown>, message: string) => complain(world, process, fields, message),
    },
  } as unknown as AnyBffOptions;
  const seams = { clock: process.clock, guardedFetch: downloads(world, process, vendors) };
  return runBff(createContext(sabotage(options), seams), []);
}

/** Errors of the world outside are expected here; an error of our own is a broken promise. */
function complain(
  world: World,
  process: SimulatedProcess,
  fields: Record<string, unknown>,
  message: string,
): void {
  const { error } = fields as { error?: { code?: unknown } };
  world.tell(process.name, `logs: ${message}`);
  const expected = isErrorCode(String(error?.code)) || /operator|without saying how/.test(message);
  if (!expected) world.blame(`${process.name} logs "${message}": ${textOf(error)}`);
}

function textOf(error: unknown): string {
  if (typeof error === "object" && error !== null && "message" in error) return String(error.message);
  return JSON.stringify(error);
}
