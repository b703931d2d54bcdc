import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { jwtAuth } from "../auth/jwt-auth.ts";
import { createBff } from "../create-bff.ts";
import type { Database } from "../database/port.ts";
import { inProcess } from "../engine/in-process.ts";
import type { Logger } from "../shared/logger.ts";
import { files } from "../storage/files.ts";
import { testStudio } from "./test-studio.ts";

/** A whole BFF without a network: its own files, a vendor that always works, 100 credits for everybody. */
export interface TestBff {
  readonly bff: { readonly fetch: (request: Request) => Promise<Response>; readonly database: Database };
  /** Where its files are. */
  readonly folder: string;
  /** What was logged as a warning or an error. */
  readonly troubles: { readonly fields: Record<string, unknown>; readonly message: string }[];
  stop(): Promise<void>;
}

/** Signs the tokens of a `TestBff`. */
export const testSecret = "a secret that only tests are told about";

/** The one other origin whose pages may call a `TestBff`. */
export const testOrigin = "https://app.example.com";

/** A price a picture, and how many credits everybody starts with. */
export const testPrices = { picture: 5, signUp: 100 };

/** Makes and starts one on a database, which stays open when it stops. */
export async function createTestBff(database: Database): Promise<TestBff> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-test-"));
  const troubles: TestBff["troubles"] = [];
  const trouble = (fields: Record<string, unknown>, message: string) =>
    void troubles.push({ fields, message });
  const logger: Logger = { debug: () => undefined, info: () => undefined, warn: trouble, error: trouble };
  const bff = createBff({
    database: { ...database, close: async () => undefined },
    storage: files(folder),
    auth: jwtAuth({ secret: testSecret }),
    providers: { studio: testStudio() },
    prices: {
      "text-to-image": { studio: "test_picture" },
      "image-to-image": { studio: "test_picture" },
    },
    cors: { origins: [testOrigin] },
    secret: testSecret,
    engine: inProcess({ sweepMs: 100, logger }),
    credits: { signUp: testPrices.signUp },
    limits: { watchTickMs: 50, leaseMs: 60_000, sweepMs: 100, openGenerationsPerUser: 8 },
    logger,
  });
  await database.migrate?.([]);
  await database.call("genbff_set_operation_cost", {
    p_key: "test_picture",
    p_credits: testPrices.picture,
    p_per: "output",
  });
  await bff.start();
  return {
    bff,
    folder,
    troubles,
    async stop() {
      await bff.stop(1000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A token of a user; `claims` add to it or replace what is in it. */
export function testToken(userId: string, claims: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = { sub: userId, iat: now, exp: now + 600, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(testSecret));
}
