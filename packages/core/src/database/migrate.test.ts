import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase } from "../testing/embedded/test-database.ts";
import { createTestPglite } from "../testing/embedded/test-pglite.ts";
import type { Database, MigrationFolder } from "./port.ts";
import { postgres } from "./postgres.ts";

/** An empty database, and a second way into it where there can be one. */
interface Empty {
  readonly database: Database;
  readonly other?: Database;
  close(): Promise<void>;
}

const opened: Empty[] = [];
let folder: MigrationFolder;

beforeEach(() => {
  folder = { name: "team", path: mkdtempSync(join(tmpdir(), "genbff-migrate-")) };
});
afterEach(() => rmSync(folder.path, { recursive: true, force: true }));
afterAll(() => Promise.all(opened.map((empty) => empty.close())));

const write = (name: string, sql: string) => writeFileSync(join(folder.path, name), sql);

const counting = (number: number) => `
  create table public.t${number} (id int);
  alter table public.t${number} enable row level security;
  create function public.exists_${number}() returns jsonb language sql as $$ select 'true'::jsonb $$;`;

describe.each<[string, () => Promise<Empty>]>([
  [
    "postgres",
    async () => {
      const test = await createTestDatabase({ empty: true });
      const other = postgres(test.url);
      return { database: test.database, other, close: () => other.close().then(test.close) };
    },
  ],
  ["pglite", () => createTestPglite({ empty: true })],
])("migrate on %s", { timeout: 30_000 }, (_, make) => {
  async function open(): Promise<Empty> {
    const empty = await make();
    opened.push(empty);
    return empty;
  }

  it("runs files in their order, once each, and new ones later", async () => {
    const { database } = await open();
    write("0001_one.sql", counting(1));
    write("0002_two.sql", "alter table public.t1 add column name text;");
    await database.migrate?.([folder]);
    await database.migrate?.([folder]);
    write("0003_three.sql", "alter table public.t1 drop column name;");
    await database.migrate?.([folder]);
    expect(await database.call("exists_1", {})).toBe(true);
  });

  it("keeps nothing of a file that fails, says where, and goes on from there when it is mended", async () => {
    const { database } = await open();
    write("0001_one.sql", counting(1));
    write("0002_two.sql", `${counting(2)}\n\nselect no_such_column;`);
    await expect(database.migrate?.([folder])).rejects.toThrow(
      /team\/0002_two\.sql:6 failed: .*no_such_column/,
    );
    expect(await database.call("exists_1", {})).toBe(true);
    await expect(database.call("exists_2", {})).rejects.toThrow("exists_2");
    write("0002_two.sql", counting(2));
    await database.migrate?.([folder]);
    expect(await database.call("exists_2", {})).toBe(true);
  });

  it("refuses a file that was edited after it was applied, but not other line ends", async () => {
    const { database } = await open();
    write("0001_one.sql", "select 1;\nselect 2;\n");
    await database.migrate?.([folder]);
    write("0001_one.sql", "select 1;\r\nselect 2;\r\n");
    await database.migrate?.([folder]);
    write("0001_one.sql", "select 1;\nselect 3;\n");
    await expect(database.migrate?.([folder])).rejects.toThrow(/team\/0001_one\.sql was edited/);
  });

  it("runs each file once when several migrate at the same time", async () => {
    const { database, other } = await open();
    for (const number of [1, 2, 3]) write(`000${number}_file.sql`, counting(number));
    const runs = [database, other ?? database, database, other ?? database];
    await Promise.all(runs.map((run) => run.migrate?.([folder])));
    expect(await database.call("exists_3", {})).toBe(true);
  });
});

it("completes a migration whose connection was lost in the middle", async () => {
  const test = await createTestDatabase({ empty: true });
  opened.push(test);
  // A sequence remembers across the rollback that this file was begun before.
  await test.query("create sequence public.runs");
  write(
    "0001_one.sql",
    `${counting(1)}
     do $$ begin
       if nextval('public.runs') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
     end $$;`,
  );
  await test.database.migrate?.([folder]);
  expect(await test.database.call("exists_1", {})).toBe(true);
  expect(await test.query("select last_value from public.runs")).toEqual([{ last_value: "2" }]);
});
