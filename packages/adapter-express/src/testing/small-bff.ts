import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBff, type Limits } from "@genbff/core";
import { files } from "@genbff/core/files";
import { createTestDatabase, type TestDatabase } from "../../../core/src/testing/embedded/test-database.ts";
import { watchLeaks } from "../../../core/src/testing/leaks/watch-leaks.ts";
import { testStudio } from "../../../core/src/testing/test-studio.ts";

/** A BFF with limits of a test's own. Everybody is `ada`. */
export interface SmallBff {
  readonly bff: { readonly fetch: (request: Request, host?: object) => Promise<Response> };
  readonly database: TestDatabase;
  /** Where its files are. */
  readonly folder: string;
  /** Rejects where something got out that nobody may read. */
  close(): Promise<void>;
}

const secret = "a secret of at least thirty-two letters";

export async function createSmallBff(limits: Partial<Limits>): Promise<SmallBff> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-express-"));
  const database = await createTestDatabase();
  await database.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 5 });
  const watch = watchLeaks({ secrets: [secret] });
  const bff = createBff({
    database: { ...database.database, close: async () => undefined },
    storage: files(folder),
    auth: { authenticate: async () => ({ userId: "ada", admin: false, expiresAt: Date.now() + 3_600_000 }) },
    providers: { studio: testStudio() },
    prices: { "text-to-image": { studio: "picture" }, "image-to-image": { studio: "picture" } },
    credits: { signUp: 100 },
    secret,
    limits,
    logger: watch.logger({ debug() {}, info() {}, warn() {}, error() {} }),
  });
  await bff.start();
  return {
    bff: { fetch: watch.fetch(bff.fetch) },
    database,
    folder,
    async close() {
      await bff.stop(1000);
      await database.close();
      await rm(folder, { recursive: true, force: true });
      watch.end();
    },
  };
}
