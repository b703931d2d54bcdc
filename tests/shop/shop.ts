import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBff, inProcess } from "@genbff/core";
import { files } from "@genbff/core/files";
import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import type { LeakWatch } from "../../packages/core/src/testing/leaks/watch-leaks.ts";
import type { Shelf } from "./shelves.ts";

/** What every user starts with. */
export const granted = 1_000_000;

/** A whole BFF that sells everything of every vendor, in this process. */
export interface Shop {
  /** Sends a request as a user. */
  ask(user: string, path: string, request?: RequestInit): Promise<Response>;
  /** The agreed price of one output, or of a call. */
  priceOf(operation: string, shelf: string): { readonly per: "call" | "output"; readonly credits: number };
  stop(): Promise<void>;
}

/** Opens it on a migrated database. Everything that it says is watched. */
export async function openShop(
  test: TestDatabase,
  shelves: readonly Shelf[],
  vendorsUrl: string,
  watch: LeakWatch,
): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-shop-"));
  const logger = watch.logger({ debug() {}, info() {}, warn() {}, error() {} });
  const prices: Record<string, Record<string, string>> = {};
  const priceList = new Map<string, ReturnType<Shop["priceOf"]>>();
  for (const { name, provider } of shelves)
    for (const [operation, { outputs }] of Object.entries(provider.offers)) {
      const key = `${operation}_by_${name}`.replaceAll("-", "_");
      const price = { per: outputs ? "output" : "call", credits: 3 + (key.length % 7) } as const;
      prices[operation] = { ...prices[operation], [name]: key };
      priceList.set(`${operation} ${name}`, price);
      const { per: p_per, credits: p_credits } = price;
      await test.database.call("genbff_set_operation_cost", { p_key: key, p_credits, p_per });
    }
  const options = {
    database: { ...test.database, close: async () => undefined },
    storage: files(folder),
    auth: {
      authenticate: async (request: Request) => ({
        userId: request.headers.get("x-user") ?? "nobody",
        admin: false,
        expiresAt: Date.now() + 3_600_000,
      }),
    },
    providers: Object.fromEntries(shelves.map(({ name, provider }) => [name, provider])),
    prices,
    secret: "a secret of at least thirty-two letters",
    engine: inProcess({ sweepMs: 250, concurrency: 64, logger }),
    credits: { signUp: granted },
    inputs: { trustedOrigins: [vendorsUrl, vendorsUrl.replace("127.0.0.1", "localhost")] },
    limits: {
      leaseMs: 60_000,
      sweepMs: 250,
      watchTickMs: 100,
      openGenerationsPerUser: 10_000,
      queueDepth: 100_000,
    },
    logger,
  };
  // Which operations there are is known at run time only.
  const bff = createBff(options as unknown as Parameters<typeof createBff>[0]);
  await bff.start();
  const fetch = watch.fetch(bff.fetch);
  return {
    ask: (user, path, request = {}) =>
      fetch(
        new Request(path.startsWith("http") ? path : `http://shop.test/api${path}`, {
          ...request,
          headers: { ...(request.headers as Record<string, string>), "x-user": user },
        }),
      ),
    priceOf(operation, shelf) {
      const price = priceList.get(`${operation} ${shelf}`);
      if (price === undefined) throw new Error(`${operation} of ${shelf} has no price.`);
      return price;
    },
    async stop() {
      await bff.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
