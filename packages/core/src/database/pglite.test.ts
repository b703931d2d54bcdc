import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseSuite } from "../testing/database-suite.ts";
import { createTestPglite, seedPglite } from "../testing/embedded/test-pglite.ts";
import { nodeProgram, type Program, startProgram } from "../testing/start-program.ts";
import { pglite } from "./pglite.ts";

databaseSuite("pglite", async (suiteFunctions) => {
  const test = await createTestPglite();
  await test.database.migrate?.([suiteFunctions]);
  return { ...test.database, close: test.close };
});

describe("pglite in a folder", { timeout: 30_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "genbff-pglite-"));
    await seedPglite(folder);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const grant = { p_wallet_id: "ada", p_amount: 5, p_idempotency_key: "first" };

  it("keeps what was acknowledged before a kill -9, and refuses a second process until then", async () => {
    const other = await anotherProcess(
      `await database.migrate([]); await database.call("genbff_grant", ${JSON.stringify(grant)});`,
    );
    const database = pglite(folder);
    await expect(database.call("genbff_violations", {})).rejects.toThrow(
      new RegExp(`${folder} is in use by process ${other.pid},`),
    );

    other.signal("SIGKILL");
    await other.ended;
    expect(await database.call("genbff_balance", { p_wallet_id: "ada" })).toMatchObject({ available: 5 });
    expect(await database.call("genbff_violations", {})).toEqual([]);
    await database.close();
  });

  it("lets the next one in after it was closed, and answers no more", async () => {
    const first = pglite(folder);
    await first.call("genbff_violations", {});
    await first.close();
    await expect(first.call("genbff_violations", {})).rejects.toMatchObject({ code: "unavailable" });
    const second = pglite(folder);
    expect(await second.call("genbff_violations", {})).toEqual([]);
    await second.close();
  });

  /** Resolves once the process has the folder and has done what it was told. */
  async function anotherProcess(work: string): Promise<Program> {
    const program = `
      import { pglite } from ${JSON.stringify(new URL("./pglite.ts", import.meta.url).href)};
      const database = pglite(${JSON.stringify(folder)});
      ${work}
      console.log("done");
      setInterval(() => {}, 1000);`;
    const other = startProgram(nodeProgram("--input-type=module", "--eval", program));
    await other.says(/done/);
    return other;
  }
});

it("keeps nothing in memory mode", async () => {
  const database = pglite({ memory: true });
  await database.migrate?.([]);
  expect(await database.call("genbff_violations", {})).toEqual([]);
  await database.close();
}, 30_000);

it("wants a folder or memory, and not both", () => {
  expect(() => pglite({})).toThrow("folder");
  expect(() => pglite({ dataDir: "x", memory: true })).toThrow("folder");
});
