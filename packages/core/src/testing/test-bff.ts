import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwtAuth } from "../auth/jwt-auth.ts";
import { createBff } from "../create-bff.ts";
import type { AnyBffOptions } from "../create-context.ts";
import type { Database } from "../database/port.ts";
import { inProcess } from "../engine/in-process.ts";
import type { AnyProvider } from "../providers/define-provider.ts";
import { files } from "../storage/files.ts";
import { checkAnswers } from "./answer-check.ts";
import { memorySignIn } from "./auth/memory-sign-in.ts";
import { makeToken, secretSigner } from "./auth/token-signer.ts";
import { watchLeaks } from "./leaks/watch-leaks.ts";
import { testStudio } from "./test-studio.ts";

/** A whole BFF without a network: its own files, a vendor that always works, 100 credits for everybody. */
export interface TestBff {
  readonly bff: {
    readonly fetch: (request: Request, host?: object) => Promise<Response>;
    readonly settled: () => Promise<void>;
    readonly database: Database;
  };
  /** Where its files are. */
  readonly folder: string;
  /** What was logged as a warning or an error. */
  readonly troubles: { readonly fields: Record<string, unknown>; readonly message: string }[];
  /** Rejects where an answer was none that the contract knows, or where something got out that nobody may read. */
  stop(): Promise<void>;
}

/** Signs the tokens of a `TestBff`. */
export const testSecret = "a secret that only tests are told about";

/** The one other origin whose pages may call a `TestBff`. */
export const testOrigin = "https://app.example.com";

/** A price a picture, and how many credits everybody starts with. */
export const testPrices = { picture: 5, signUp: 100 };

type MoreOptions = Partial<
  Pick<
    AnyBffOptions,
    "auth" | "credits" | "hooks" | "inputs" | "requireIdempotencyKey" | "signIn" | "storage" | "views"
  >
> & {
  /** Another studio in the place of the test's. */
  readonly studio?: AnyProvider;
  readonly limits?: Omit<NonNullable<AnyBffOptions["limits"]>, "rates">;
};

/** Makes and starts one on a database, which stays open when it stops. `more` is added to its options. */
export async function createTestBff(
  database: Database,
  { limits, credits, studio = testStudio(), ...more }: MoreOptions = {},
): Promise<TestBff> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-test-"));
  const troubles: TestBff["troubles"] = [];
  const trouble = (fields: Record<string, unknown>, message: string) =>
    void troubles.push({ fields, message });
  const watch = watchLeaks({ secrets: [testSecret] });
  const logger = watch.logger({
    debug: () => undefined,
    info: () => undefined,
    warn: trouble,
    error: trouble,
  });
  const bff = createBff({
    database: { ...database, close: async () => undefined },
    storage: files(folder),
    auth: jwtAuth({ secret: testSecret, adminClaim: "operator" }),
    signIn: memorySignIn((email) => testToken(email)),
    providers: { studio },
    prices: {
      "text-to-image": { studio: "test_picture" },
      "image-to-image": { studio: "test_picture" },
    },
    cors: { origins: [testOrigin] },
    secret: testSecret,
    engine: inProcess({ sweepMs: 100, logger }),
    credits: { signUp: testPrices.signUp, ...credits },
    limits: { watchTickMs: 50, leaseMs: 60_000, sweepMs: 100, openGenerationsPerUser: 8, ...limits },
    logger,
    ...more,
  });
  await database.migrate?.([]);
  await database.call("genbff_set_operation_cost", {
    p_key: "test_picture",
    p_credits: testPrices.picture,
    p_per: "output",
  });
  await bff.start();
  const { fetch, misfits } = checkAnswers(watch.fetch(bff.fetch));
  return {
    bff: { fetch, settled: bff.settled, database: bff.database },
    folder,
    troubles,
    async stop() {
      await bff.stop(1000);
      await rm(folder, { recursive: true, force: true });
      watch.end();
      if (misfits.length > 0) throw new Error(`answers that are not in the contract:\n${misfits.join("\n")}`);
    },
  };
}

/** Signs as `testToken` does. */
export const testSigner = secretSigner(testSecret);

/** What a good token says. */
export function testClaims(userId: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { sub: userId, iat: now, exp: now + 600 };
}

/** A token of a user; `claims` add to it or replace what is in it. */
export function testToken(userId: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return makeToken(testSigner, { ...testClaims(userId), ...claims });
}
