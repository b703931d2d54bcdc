import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Auth } from "../auth/port.ts";
import { createBff } from "../create-bff.ts";
import type { AnyBffOptions } from "../create-context.ts";
import type { Database } from "../database/port.ts";
import { postgres } from "../database/postgres.ts";
import { files } from "../storage/files.ts";
import type { ObjectStore } from "../storage/port.ts";
import { supabase } from "../supabase/database.ts";
import { startJwksServer } from "../testing/auth/jwks-server.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import {
  createSupabaseProject,
  keyOf,
  type SupabaseProject,
  serverClient,
} from "../testing/postgrest/supabase-project.ts";
import { testStudio } from "../testing/test-studio.ts";
import type { Diagnosis } from "./diagnose.ts";

// What is wrong, made wrong for real; each message is what an operator reads, and must say what to do.

const secret = "a secret of thirty-two characters";
const lets = (more: Partial<Auth> = {}): Auth => ({
  authenticate: async () => ({ userId: "ada", admin: false, expiresAt: Date.now() + 60_000 }),
  ...more,
});

let project: SupabaseProject;
let plain: TestDatabase;
beforeAll(async () => {
  [project, plain] = await Promise.all([createSupabaseProject(), createTestDatabase()]);
}, 60_000);
afterAll(() => Promise.all([project?.close(), plain?.close()]));

interface Options {
  readonly database?: Database;
  readonly storage?: ObjectStore;
  readonly auth?: Auth;
  readonly more?: Partial<AnyBffOptions>;
}
async function diagnosed(options: Options = {}, look?: { token?: string; timeoutMs?: number }) {
  const bff = createBff({
    database: options.database ?? project.database,
    storage: options.storage ?? memoryStore(),
    auth: options.auth ?? lets(),
    providers: {},
    prices: {},
    secret,
    publicUrl: "https://app.example.com",
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    ...options.more,
  });
  return await bff.diagnose(look);
}
const of = (part: Diagnosis["part"], found: readonly Diagnosis[]) =>
  found.filter((one) => one.part === part).map(({ status, message }) => `${status}: ${message}`);
const problems = (found: readonly Diagnosis[]) =>
  found.filter(({ status }) => status === "problem").map(({ part }) => part);

it("finds nothing wrong where nothing is, and leaves nothing behind", async () => {
  const storage = memoryStore();
  const removed: string[] = [];
  const remove = async (keys: readonly string[]) => {
    removed.push(...keys);
    await storage.remove(keys);
  };
  const found = await diagnosed({ storage: { ...storage, remove } });
  expect(found.map(({ part, status }) => `${part} ${status}`)).toEqual([
    "configuration ok",
    "database ok",
    "clock ok",
    "prices ok",
    "storage ok",
  ]);
  expect(removed).toHaveLength(1);
  expect(await storage.open(removed[0] ?? "")).toBeNull();
});

it("works on a Postgres of one's own, and does not migrate it", async () => {
  const empty = await createTestDatabase({ empty: true });
  const driver = postgres(empty.url);
  const first = await diagnosed({ database: driver });
  expect(of("database", first)).toEqual([expect.stringMatching(/^problem: .*no schema.*run `bff migrate`/)]);
  await driver.migrate?.([]);
  expect(problems(await diagnosed({ database: driver }))).toEqual([]);
  await driver.close();
  await empty.close();
}, 30_000);

describe("a database", () => {
  /** Where a server was, and is no more. */
  async function abandoned(scheme = "http"): Promise<string> {
    const { url, close } = await startJwksServer();
    await close();
    return `${scheme}://u:canary@${new URL(url).host}/`;
  }

  it.each<[string, () => Promise<Database>, RegExp]>([
    [
      "behind the key of browsers",
      async () => supabase(await project.client("anon")),
      /secret or service_role key of the same project/,
    ],
    [
      "behind the key of another project",
      async () => supabase(serverClient(project.postgrest.url, await keyOf("service_role", `${secret}!`))),
      /secret or service_role key of the same project/,
    ],
    [
      "that is not there",
      async () =>
        supabase(serverClient((await abandoned()).replace("u:canary@", ""), await keyOf("service_role"))),
      /no answer came .*ECONNREFUSED.*correct the host in its URL/,
    ],
    [
      "that is not there, by its own protocol",
      async () => postgres(await abandoned("postgres")),
      /ECONNREFUSED.*correct the host in its URL/,
    ],
    [
      "of another name",
      async () => postgres(Object.assign(new URL(plain.url), { pathname: "/nothing" }).href),
      /no database of this name/,
    ],
    [
      "by a role that nobody knows",
      async () => postgres(Object.assign(new URL(plain.url), { username: "nobody" }).href),
      /does not take this user and password/,
    ],
  ])("%s is the problem, and what hangs on it is not asked", async (_, open, message) => {
    const database = await open();
    const found = await diagnosed({ database });
    await database.close();
    expect(of("database", found)).toEqual([expect.stringMatching(message)]);
    expect(problems(found)).toEqual(["database"]);
    expect(of("clock", found)).toEqual([]);
    expect(JSON.stringify(found)).not.toMatch(/canary|eyJ/);
  });

  it("by a role without rights names the role that has them", async () => {
    await plain.query("create role visitor login");
    const url = new URL(plain.url);
    url.username = "visitor";
    const database = postgres(url.href);
    const found = await diagnosed({ database });
    await database.close();
    await plain.query("drop role visitor");
    expect(of("database", found)).toEqual([expect.stringMatching(/may not call our functions: connect as/)]);
  });

  describe("whose migrations", () => {
    let other: SupabaseProject;
    beforeEach(async () => {
      other = await createSupabaseProject();
    });
    afterEach(() => other.close());

    it("were all left out is told what to run", async () => {
      const empty = await createSupabaseProject({ empty: true });
      const found = await diagnosed({ database: empty.database });
      await empty.close();
      expect(of("database", found)).toEqual([
        expect.stringMatching(/^problem: .*bff migrate --emit supabase\/migrations/),
      ]);
    });

    it("are incomplete is told which is the first", async () => {
      await other.query("delete from genbff.migrations where name in ('0009_admin.sql', '0010_outbox.sql')");
      expect(of("database", await diagnosed({ database: other.database }))).toEqual([
        expect.stringMatching(/lacks 2 migrations, from core\/0009_admin.sql on: run `bff migrate`/),
      ]);
    });

    it("were edited is told which", async () => {
      await other.query("update genbff.migrations set checksum = 'other' where number = 3");
      expect(of("database", await diagnosed({ database: other.database }))).toEqual([
        expect.stringMatching(/^problem: Migration core\/0003_lifecycle.sql was edited/),
      ]);
    });

    it("are of a newer version works, and is told so", async () => {
      await other.query(
        "insert into genbff.migrations values ('core', 9000, '9000_later.sql', 'x'), ('theirs', 1, '0001_a.sql', 'x')",
      );
      const found = await diagnosed({ database: other.database });
      expect(of("database", found)).toEqual([
        expect.stringMatching(/^warning: .*seen 1 migrations that this version does not have/),
      ]);
      expect(of("clock", found)).toHaveLength(1);
    });
  });

  it("without a price says which, and how it is set", async () => {
    const more = {
      providers: { studio: testStudio() },
      prices: { "text-to-image": { studio: "a_price" }, "image-to-image": { studio: "a_price" } },
    } as unknown as Partial<AnyBffOptions>;
    expect(of("prices", await diagnosed({ more }))).toEqual([
      expect.stringMatching(/^problem: .*no price for a_price.*genbff_set_operation_cost/),
    ]);
  });

  it.each([
    [0, "ok"],
    [-12_000, "warning"],
    [12_000, "warning"],
    [90_000, "problem"],
    [-90_000, "problem"],
  ])("whose clock is %i ms off is %s", async (offMs, status) => {
    const call: Database["call"] = async (name, args) => {
      const answer = await project.database.call(name, args);
      return name === "genbff_clock" ? { now_ms: Date.now() + offMs } : answer;
    };
    const [clock = ""] = of("clock", await diagnosed({ database: { ...project.database, call } }));
    expect(clock).toContain(`${status}: `);
    if (offMs !== 0) expect(clock).toMatch(/\d+ s apart: set this machine's by NTP/);
  });
});

describe("storage", () => {
  const bad = (more: Partial<ObjectStore>) => ({ storage: { ...memoryStore(), ...more } });
  const broken = async () => Promise.reject(new Error("out of order"));

  it.each<[string, Options, RegExp]>([
    [
      "cannot be used",
      bad({ ready: broken }),
      /^problem: Storage cannot be used: out of order.*correct its address or folder/,
    ],
    ["cannot be written", bad({ put: broken }), /^problem: No file can be written. out of order/],
    ["cannot be read", bad({ open: broken }), /^problem: A file was written, and cannot be read/],
    ["forgets", bad({ open: async () => null }), /^problem: .*and 0 were read/],
    [
      "keeps everything",
      bad({ remove: broken }),
      /^warning: The file tmp\/doctor-.*png could not be removed/,
    ],
  ])("that %s is told so", async (_, options, message) => {
    expect(of("storage", await diagnosed(options))).toEqual([expect.stringMatching(message)]);
  });

  it("of a folder is tried, and left as it was", async () => {
    const folder = await mkdtemp(join(tmpdir(), "genbff-doctor-"));
    expect(of("storage", await diagnosed({ storage: files(folder) }))[0]).toMatch(/^ok/);
    const left = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile() && entry.name.endsWith(".png"))).toEqual([]);
    await writeFile(join(folder, "a-file"), "");
    const inFile = await diagnosed({ storage: files(join(folder, "a-file")) });
    expect(of("storage", inFile)).toEqual([
      expect.stringMatching(/^problem: Storage cannot be used: E(NOTDIR|EXIST)/),
    ]);
    await rm(folder, { recursive: true });
  });
});

describe("the configuration", () => {
  it.each([
    ["", /^warning: publicUrl is not set/],
    ["http://localhost:8787", /^warning: Vendors cannot reach http:\/\/localhost:8787/],
    ["https://app.example.com/api", /^problem: publicUrl must be scheme and host alone/],
    ["app.example.com", /^problem: publicUrl must be scheme and host alone/],
    ["https://app.example.com/", /^ok/],
  ])("with the publicUrl %j", async (publicUrl, message) => {
    expect(of("configuration", await diagnosed({ more: { publicUrl } }))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it("that lets passwords be guessed is told so", async () => {
    const signIn = {} as NonNullable<AnyBffOptions["signIn"]>;
    expect(of("configuration", await diagnosed({ more: { signIn } }))[1]).toMatch(/set limits.addresses/);
    const limits = { addresses: {} };
    expect(of("configuration", await diagnosed({ more: { signIn, limits } }))).toHaveLength(1);
  });
});

it("does not wait for a part that never answers", async () => {
  const never = () => new Promise<never>(() => undefined);
  const found = await diagnosed(
    { storage: { ...memoryStore(), ready: never }, auth: lets({ inspect: never }) },
    { timeoutMs: 300 },
  );
  expect(problems(found)).toEqual(["storage", "auth"]);
  expect(of("auth", found)).toEqual(["problem: No answer has come for 0.3 s: let this machine reach it"]);
});

it("says of a part that throws what it has thrown", async () => {
  const auth = lets({ inspect: () => Promise.reject(new Error("the sessions are gone")) });
  expect(of("auth", await diagnosed({ auth }))).toEqual(["problem: the sessions are gone"]);
});
