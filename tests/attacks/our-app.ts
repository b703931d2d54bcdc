import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, createBff, createLedger, type Database, inProcess } from "@genbff/core";
import { files } from "@genbff/core/files";
import { postgres } from "@genbff/core/postgres";
import { replicate } from "@genbff/providers";
import * as z from "zod";
import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { mortalDatabase } from "../../packages/core/src/testing/generations/mortal-database.ts";
import { takeClock } from "../../packages/core/src/testing/generations/virtual-time.ts";
import { watchLeaks } from "../../packages/core/src/testing/leaks/watch-leaks.ts";
import { type App, price } from "./app.ts";
import type { Vendor } from "./vendor.ts";

const publicUrl = "https://ours.test";
const deadlineMs = 30 * 60_000;
const secret = "a secret of at least thirty-two letters";
const apiKey = "r8_key";

/** GenBFF as a team sets it up, before the same vendor. */
export async function openOurApp(test: TestDatabase, vendor: Vendor): Promise<App> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-attacks-"));
  await test.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: price });
  const time = await takeClock(test);
  let databaseIsAway = false;
  const reachable = (database: Database): Database => ({
    ...database,
    async call(name, args) {
      if (databaseIsAway) throw new AppError("unavailable");
      return database.call(name, args);
    },
  });
  const watch = watchLeaks({ words: [new URL(vendor.url).host], secrets: [secret, apiKey] });
  const logger = watch.logger({ debug() {}, info() {}, warn() {}, error() {} });
  const open = (database: Database) =>
    createBff({
      database: reachable(database),
      storage: files(folder),
      auth: {
        authenticate: async (request) => ({
          userId: request.headers.get("x-user") ?? "nobody",
          admin: false,
          expiresAt: Date.now() + 3_600_000,
        }),
      },
      providers: {
        studio: replicate("a/b", {
          apiKey,
          baseUrl: `${vendor.url}/v1`,
          webhookSecret: vendor.webhookSecret,
          offers: {
            "text-to-image": { parameters: z.strictObject({}), input: ({ prompt }) => ({ prompt }) },
          },
          pollMs: 100,
        }),
      },
      prices: { "text-to-image": { studio: "picture" } },
      secret,
      publicUrl,
      engine: inProcess({ sweepMs: 50, logger }),
      inputs: { trustedOrigins: [vendor.url] },
      limits: { deadlineMs, sweepMs: 50, watchTickMs: 50, leaseMs: 2000 },
      logger,
    });
  const connect = () => postgres({ connectionString: test.url, max: 10 });
  let bff = open(connect());
  await bff.start();
  /** Until then nobody is there. */
  let restarted: Promise<void> = Promise.resolve();
  const ledger = createLedger(test.database);
  const answer = watch.fetch((request) => bff.fetch(request));
  const ask = (user: string, path: string, init: RequestInit = {}) =>
    answer(
      new Request(`${publicUrl}/api${path}`, {
        ...init,
        headers: { "x-user": user, "content-type": "application/json" },
      }),
    );

  return {
    join: async (user, credits) =>
      void (await ledger.grant({
        walletId: user,
        amount: credits,
        idempotencyKey: "joined",
        source: "test",
      })),
    async order(user) {
      const body = JSON.stringify({ task_id: crypto.randomUUID(), prompt: "a cat" });
      const response = await ask(user, "/generate/text-to-image", { method: "POST", body });
      return response.status === 202
        ? ((await response.json()) as { generation_id: string }).generation_id
        : undefined;
    },
    async look(user, order) {
      await restarted;
      const response = await ask(user, `/tasks/${order}/status`);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      const { completed_at: ended, asset_url: url } = (await response.json()) as {
        completed_at: string | null;
        asset_url: string | null;
      };
      return { ended: ended !== null, url };
    },
    credits: async (user) => (await ledger.balance(user)).posted,
    fetch: (request) => (request.url.startsWith(publicUrl) ? answer(request) : fetch(request)),
    pay: async ({ user, credits, ...event }) =>
      void (await ledger.paymentEvent({ provider: "payments", walletId: user, amount: credits, ...event })),
    async dieAfterNextPurchase() {
      await bff.stop(1000);
      // The first thing that is written down after a submission is what the vendor said.
      const mortal = mortalDatabase(connect(), { at: "genbff_record", when: "before" });
      const dying = open(mortal);
      await dying.start();
      bff = dying;
      restarted = mortal.died.then(async () => {
        mortal.bury();
        await dying.stop(0);
        bff = open(connect());
        await bff.start();
      });
      restarted.catch(() => undefined); // Whoever looks next hears of it.
    },
    muchLater: () => time.forward(deadlineMs + 60_000),
    async whileDatabaseIsAway(work) {
      databaseIsAway = true;
      try {
        return await work();
      } finally {
        databaseIsAway = false;
      }
    },
    async close() {
      await restarted;
      await bff.stop(2000);
      await rm(folder, { recursive: true, force: true });
      watch.end();
    },
  };
}
