import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonValue, offerAs, type Principal } from "@genbff/core";
import { files } from "@genbff/core/files";
import { postgres } from "@genbff/core/postgres";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import {
  json,
  picture,
  scriptedProvider,
} from "../../../packages/core/src/testing/generations/scripted-provider.ts";
import { watchBff } from "../../../packages/core/src/testing/leaks/watch-bff.ts";
import {
  endAll,
  type Life,
  type Moment,
  mortal,
  mortalLife,
  outliveLeases,
} from "../../makeit3d/tests/mortal.ts";
import { createLogokraft, migrations, type vendorsOf } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";
import type { partsOf } from "../src/parts.ts";

export const ada = "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111";
export const projectId = "5e0d7a54-9a53-4f7b-9a3e-1f1d3c3b7a10";
const linkSecret = "a secret of at least thirty-two letters";
const principal: Principal = { userId: ada, admin: false, expiresAt: Date.now() + 3_600_000 };

/** A process of a world: LogoKraft's own operations, prices and SQL, on ports that can be struck. */
export interface Spawned {
  readonly life: Life;
  readonly bff: ReturnType<typeof createLogokraft>;
  /** Starts to plan a project of so many logos, and waits for no answer: the process may be dead by then. */
  ask(count: number): void;
}

/** One database, one storage and the vendors, for any number of processes. */
export interface World {
  readonly test: TestDatabase;
  /** What the vendors have sold: a prompt for each logo, a brief for each plan. */
  readonly sold: { readonly generationId: string; readonly operation: string; readonly prompt: string }[];
  spawn(moment?: Moment): Promise<Spawned>;
  /** As much time passes as the dead have left. */
  leasesRunOut(): Promise<void>;
  rows(): Promise<readonly GenerationRow[]>;
  /** Resolves when everything of the project has ended. */
  ended(): Promise<readonly GenerationRow[]>;
  balance(): Promise<{ readonly available: number; readonly held: number }>;
  close(): Promise<void>;
}

/** A generation as the test sees it behind the port. */
export interface GenerationRow {
  readonly id: string;
  readonly operation: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly charged: string;
  readonly prompt: string | null;
}

/** A plan as it is asked for. */
const planOf = (count: number): JsonValue => ({
  prompts: Array.from({ length: count }, (_, index) => `a fox, number ${index}`),
});

/**
 * @param credits - What the user starts with.
 * @param atOnce - Logos that are made at the same time.
 * @param plan - What the model answers to a brief for so many.
 */
export async function openWorld(credits: number, atOnce = 2, plan = planOf): Promise<World> {
  const test = await createTestDatabase({ migrations });
  const folder = await mkdtemp(join(tmpdir(), "genbff-logokraft-"));
  const sold: World["sold"] = [];
  const vendor = scriptedProvider({
    offers: ["plan-prompts", "text-to-image", "image-to-image"],
    submit({ generationId, operation, prompt = "", input }) {
      sold.push({ generationId, operation, prompt });
      if (operation !== "plan-prompts") return picture();
      return json(plan(Number(input.count)));
    },
  });
  const config = readConfig({
    SIGN_UP_CREDITS: String(credits),
    LEASE_MS: "600000",
    SWEEP_MS: "50",
    PAINTER_CONCURRENCY: String(atOnce),
  });
  const processes: Spawned[] = [];
  const rows: World["rows"] = () =>
    test.query("select id, operation, status, error_code, charged, prompt from genbff.generations");

  return {
    test,
    sold,
    rows,
    async spawn(moment) {
      const life = mortalLife();
      const live = <Port extends object>(name: string, port: Port) => mortal(name, port, life, moment);
      const parts = {
        database: live("database", postgres({ connectionString: test.url, max: 8 })),
        storage: live("storage", files(folder)),
        auth: { authenticate: async () => principal },
      };
      const providers = {
        designer: offerAs(live("designer", vendor.port), {
          "plan-logos": "plan-prompts",
          "plan-refinement": "plan-prompts",
          "refine-logo": "image-to-image",
        } as never),
        painter: offerAs(live("painter", vendor.port), { "make-logo": "text-to-image" } as never),
      };
      const bff = createLogokraft(
        config,
        parts as unknown as ReturnType<typeof partsOf>,
        providers as unknown as ReturnType<typeof vendorsOf>,
        {
          linkSecret,
          simulatorUrl: undefined,
          logger: { debug() {}, info() {}, warn() {}, error() {} },
        },
      );
      const { fetch } = watchBff(bff, { secrets: [linkSecret] });
      const spawned: Spawned = {
        life,
        bff,
        ask(count) {
          const brief = { task_id: projectId, project_name: "Foxglove", description: "a bakery", count };
          const headers = { "content-type": "application/json", "idempotency-key": "the only one" };
          const init = { method: "POST", headers, body: JSON.stringify(brief) };
          const request = new Request("http://shop.test/bff/generate/plan-logos", init);
          fetch(request).catch(() => undefined);
        },
      };
      processes.push(spawned);
      await bff.start();
      return spawned;
    },
    leasesRunOut: () => outliveLeases(test, processes),
    async ended() {
      let found: readonly GenerationRow[] = [];
      await until(async () => {
        found = await rows();
        return found.length > 0 && found.every(({ status }) => !["pending", "processing"].includes(status));
      }, "something never ended");
      return found;
    },
    balance: async () => (await test.database.call("genbff_balance", { p_wallet_id: ada })) as never,
    async close() {
      await endAll(processes);
      await test.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for what is to be true. */
export async function until(isSo: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(otherwise);
}
