import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bff, createBff, type Limits } from "@genbff/core";
import { files } from "@genbff/core/files";
import { createTestDatabase, type TestDatabase } from "../../../core/src/testing/embedded/test-database.ts";
import { testStudio } from "../../../core/src/testing/test-studio.ts";

/** A BFF with limits of a test's own. Everybody is `ada`. */
export interface SmallBff {
  readonly bff: Bff<object>;
  readonly database: TestDatabase;
  /** Where its files are. */
  readonly folder: string;
  close(): Promise<void>;
}

export async function createSmallBff(limits: Partial<Limits>): Promise<SmallBff> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-express-"));
  const database = await createTestDatabase();
  await database.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 5 });
  const silent = () => undefined;
  const bff = createBff({
    database: { ...database.database, close: async () => undefined },
    storage: files(folder),
    auth: { authenticate: async () => ({ userId: "ada", admin: false, expiresAt: Date.now() + 3_600_000 }) },
    providers: { studio: testStudio() },
    prices: { "text-to-image": { studio: "picture" }, "image-to-image": { studio: "picture" } },
    credits: { signUp: 100 },
    secret: "a secret of at least thirty-two letters",
    limits,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  });
  await bff.start();
  return {
    bff,
    database,
    folder,
    async close() {
      await bff.stop(1000);
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
