import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Database, MigrationFolder } from "../database/port.ts";
import { isAppError } from "../errors/app-error.ts";
import type { JsonValue } from "../shared/json.ts";
import { databaseSuiteSql } from "./database-suite-sql.ts";

/**
 * What every implementation of the `Database` port must do, as vitest tests.
 *
 * @param open - Makes one empty database, brought up to date with the library's migrations and the given folder's.
 *   The suite closes it.
 *
 * @example
 * databaseSuite("postgres", async (suiteFunctions) => {
 *   const database = postgres(url);
 *   await database.migrate?.([suiteFunctions]);
 *   return database;
 * });
 */
export function databaseSuite(name: string, open: (migrations: MigrationFolder) => Promise<Database>): void {
  describe(name, () => {
    let folder: string;
    let database: Database;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "genbff-suite-"));
      await writeFile(join(folder, "0001_suite.sql"), databaseSuiteSql);
      database = await open({ name: "database-suite", path: folder });
    }, 60_000);

    afterAll(async () => {
      await database?.close();
      await rm(folder, { recursive: true, force: true });
    });

    beforeEach(() => database.call("suite_reset", {}));

    it("passes arguments by name and leaves the defaults of the others", async () => {
      expect(await database.call("suite_echo", { p_flag: true, p_text: "a" })).toEqual({
        text: "a",
        number: 7,
        flag: true,
        json: null,
      });
      expect(await database.call("suite_echo", {})).toMatchObject({ text: "default", flag: false });
    });

    it("passes null as SQL's null, and returns it", async () => {
      expect(await database.call("suite_echo", { p_text: null })).toMatchObject({ text: null });
      expect(await database.call("suite_null", {})).toBeNull();
    });

    it("passes arguments that are named like words of SQL", async () => {
      expect(await database.call("suite_reserved", { limit: 1, user: "ada" })).toEqual({
        user: "ada",
        limit: 1,
      });
    });

    it.each<[string, JsonValue]>([
      ["the largest safe numbers", [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]],
      ["fractions", [0.1, 1e-7, 1.5e300]],
      ["text of every kind", ["", " ", "'\"\\ \n\t$1 $$ --", "\u0001\u007f", "é e\u0301 漢字 👩‍🚀 \u2028"]],
      ["nested nothing", { a: null, b: [null, [], {}], c: { d: null } }],
      ["an array", [1, "1", true, null]],
    ])("returns JSON exactly as it was given: %s", async (_, value) => {
      expect(await database.call("suite_echo", { p_json: value })).toMatchObject({ json: value });
    });

    it("passes scalar arguments exactly", async () => {
      const text = "'; drop table x; -- \\ \" 漢字 👩‍🚀\n{}";
      const args = { p_text: text, p_number: Number.MAX_SAFE_INTEGER };
      expect(await database.call("suite_echo", args)).toMatchObject({
        text,
        number: Number.MAX_SAFE_INTEGER,
      });
    });

    it("rejects with the refusal's code and details", async () => {
      const detail = { required: 5, available: Number.MAX_SAFE_INTEGER, nested: { a: null } };
      const args = { p_state: "PT402", p_code: "insufficient_credits", p_detail: JSON.stringify(detail) };
      const refused = await failure(database.call("suite_refuse", args));
      expect(isAppError(refused, "insufficient_credits")).toBe(true);
      expect(refused).toHaveProperty("details", detail);
      const bare = { p_state: "PT404", p_code: "not_found", p_detail: null };
      const missing = await failure(database.call("suite_refuse", bare));
      expect(isAppError(missing, "not_found")).toBe(true);
      expect(missing).toHaveProperty("details", undefined);
    });

    it("leaves nothing behind of a refused call, and goes on", async () => {
      const args = { p_state: "PT409", p_code: "not_retryable", p_detail: null };
      await expect(database.call("suite_refuse", args)).rejects.toThrow();
      expect(await database.call("suite_rows", {})).not.toContain("left behind");
    });

    it("takes a refusal with a code that is not ours for a bug", async () => {
      const args = { p_state: "PT402", p_code: "no_such_code", p_detail: null };
      expect(isAppError(await failure(database.call("suite_refuse", args)))).toBe(false);
    });

    it("takes an unknown function for a bug", async () => {
      const failed = await failure(database.call("suite_missing", {}));
      expect(isAppError(failed)).toBe(false);
      expect(failed.message).toContain("suite_missing");
    });

    it("takes a broken constraint for a bug, and repeats no value of the row", async () => {
      const failed = await failure(
        database.call("suite_insert", { p_name: "a secret prompt", p_amount: -1 }),
      );
      expect(isAppError(failed)).toBe(false);
      expect(inspect(failed, { depth: 10, showHidden: true })).not.toContain("secret");
    });

    it.each(["a b", 'a"', "a;b", "A", "", "public.a", "ä"])("refuses %j as a name", async (wrong) => {
      await expect(database.call(wrong, {})).rejects.toThrow("is not a name");
      await expect(database.call("suite_echo", { [wrong]: 1 })).rejects.toThrow("is not a name");
    });

    it.each(["40001", "40P01", "55P03"])("repeats a call that failed with %s", async (state) => {
      expect(await database.call("suite_fail_until", { p_calls: 2, p_state: state })).toBe(2);
    });

    it("gives up after three repeats", async () => {
      const failed = await failure(database.call("suite_fail_until", { p_calls: 9, p_state: "40001" }));
      expect(isAppError(failed, "unavailable")).toBe(true);
      expect(await database.call("suite_calls", {})).toBe(4);
    });

    it("repeats nothing else", async () => {
      await expect(database.call("suite_fail_until", { p_calls: 9, p_state: "P0001" })).rejects.toThrow();
      expect(await database.call("suite_calls", {})).toBe(1);
    });

    it("answers many calls at once, each with its own result", async () => {
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      const answers = await Promise.all(numbers.map((p_number) => database.call("suite_echo", { p_number })));
      expect(answers.map((answer) => (answer as { number: number }).number)).toEqual(numbers);
    });

    it("migrates again without doing anything", async () => {
      await database.migrate?.([{ name: "database-suite", path: folder }]);
      expect(await database.call("suite_null", {})).toBeNull();
    });

    it("hears what is notified, until it stops listening", async ({ skip }) => {
      if (!database.listen) return skip("this driver has no listen: it is a hint, and optional");
      const heard: string[] = [];
      const notify = (payload: string, channel = "suite_channel") =>
        database.call("suite_notify", { p_channel: channel, p_payload: payload });
      const stop = await database.listen("suite_channel", (payload) => heard.push(payload));
      await notify("one");
      await notify("elsewhere", "suite_other");
      await vi.waitFor(() => expect(heard).toEqual(["one"]), 5_000);
      await stop();
      await notify("two");
      await notify("three");
      expect(heard).toEqual(["one"]);
    });
  });
}

async function failure(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => {
      throw new Error("The call did not fail");
    },
    (error: Error) => error,
  );
}
