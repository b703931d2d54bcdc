import { readdir } from "node:fs/promises";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../contract/error-codes.ts";
import { errorCodes } from "../contract/error-codes.ts";
import type { GenerationStatus } from "../contract/generation.ts";
import { type Route, routes } from "../contract/routes.ts";
import { AppError } from "../errors/app-error.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { ask, type HostRequest, send } from "../testing/host-request.ts";
import { pictures } from "../testing/host-suite-generations.ts";
import { identityCases } from "../testing/identity-cases.ts";
import { createTestBff, type TestBff, testToken } from "../testing/test-bff.ts";
import { ownerCases } from "./bad-input/owner.cases.ts";
import { section7 } from "./bad-input/section-7.ts";
import type { Stage, StagedCase } from "./bad-input/staged-case.ts";
import { stateCases } from "./bad-input/state.cases.ts";
import { badInput } from "./bad-input.cases.ts";
import { codesOf } from "./route-codes.ts";

// Section 7 of the reliability specification as data. What needs nothing before it is asked of every host by the host
// suite as well; here every case is followed by a look at what it has left.

let database: TestDatabase;
let test: TestBff;
let databaseIsAway = false;
const open = async () => {
  database = await createTestDatabase({ max: 16 });
  const reachable = {
    ...database.database,
    call: async (...given: Parameters<TestDatabase["database"]["call"]>) => {
      if (databaseIsAway) throw new AppError("unavailable");
      return database.database.call(...given);
    },
  };
  const moderate = ({ input }: { input: { prompt?: unknown } }) =>
    !String(input.prompt).includes("[improper]");
  test = await createTestBff(reachable, { hooks: { moderate } });
};
const close = async () => {
  databaseIsAway = false;
  await test.stop();
  expect(await database.database.call("genbff_violations", {})).toEqual([]);
  await database.close();
};
const host = () => ({ baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined });

/** Everything that a request may leave: rows and files. */
async function things() {
  const tables = [
    "genbff.generations",
    "genbff.holds",
    "genbff.tasks",
    "genbff.idempotency_keys",
    "public.input_assets",
  ];
  const counts = tables.map((table) => `(select count(*)::int from ${table}) as "${table}"`).join(", ");
  const [rows] = await database.query(`select ${counts}`);
  const left = await readdir(test.folder, { recursive: true, withFileTypes: true });
  const files = left.filter((entry) => entry.isFile() && entry.name !== "probe");
  return { rows, files: files.map(({ name }) => name).sort() };
}

async function expectRefusal(response: Response, { status, code }: Pick<StagedCase, "status" | "code">) {
  const text = await response.text();
  const body = JSON.parse(text) as { error: string; message: string; details?: object };
  expect({ status: response.status, error: body.error }, text).toEqual({ status, error: code });
  expect(body.message).toBe(errorCodes[code].sentence);
  const asksBack = [429, 503].includes(status) || code === "idempotency_in_progress";
  if (asksBack) expect(Number(response.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  return body;
}

describe("without anything before it", () => {
  beforeAll(open);
  afterAll(close);

  it("is refused, and leaves no row and no file", async () => {
    const before = await things();
    for (const { name, request, status, code, field } of badInput) {
      const { details } = await expectRefusal(await send(host(), request), { status, code });
      if (field !== undefined) expect(details, name).toMatchObject({ field });
      expect(await things(), name).toEqual(before);
    }
  });

  it("is refused to whoever cannot say who it is", async () => {
    const before = await things();
    for (const { name, authorization, code } of identityCases(testToken)) {
      const header = await authorization();
      const headers = header === undefined ? {} : { authorization: header };
      await expectRefusal(await send(host(), pictures({ task_id: "t" }, { headers, as: null })), {
        status: 401,
        code,
      });
      expect(await things(), name).toEqual(before);
    }
  });
});

describe("after something else", () => {
  const streams: Response[] = [];
  const clients: Client[] = [];
  beforeAll(open);
  afterAll(close);
  afterEach(async () => {
    databaseIsAway = false;
    await Promise.all(streams.splice(0).map((stream) => stream.body?.cancel()));
    await Promise.all(clients.splice(0).map((client) => client.end()));
    const open = "select id::text, user_id from genbff.generations where completed_at is null";
    for (const { id, user_id: as } of await database.query<{ id: string; user_id: string }>(open)) {
      // Whether it is taken or has ended meanwhile: it ends.
      const response = await send(host(), { method: "POST", path: `/generations/${id}/cancel`, as });
      await response.body?.cancel();
    }
    await ended();
  });
  /** What still runs would be mistaken for something left behind. */
  const ended = (which = "") =>
    expect
      .poll(() => database.query(`select from genbff.generations where completed_at is null ${which}`), {
        timeout: 20_000,
      })
      .toEqual([]);

  /** Names of a case's own: what one leaves is not in the way of the next. */
  const stageOf = (own: string): { stage: Stage; mine: (request: HostRequest) => HostRequest } => {
    const mine = (request: HostRequest): HostRequest => ({
      ...request,
      ...(request.as === null ? {} : { as: `${request.as ?? "ada"}-${own}` }),
    });
    const stage: Stage = {
      async take<Answer>(request: HostRequest) {
        const { status, body } = await ask<Answer>(host(), mine(request));
        expect(status, JSON.stringify(body)).toBeLessThan(300);
        return body;
      },
      makePicture: (owner, taskId) =>
        stage.take<GenerationStatus>(
          pictures({ task_id: taskId }, { as: owner, headers: { prefer: "wait=20" } }),
        ),
      async openStream(request) {
        streams.push(await send(host(), mine(request)));
      },
      async lockWallet(user) {
        const [{ start = "" } = {}] = await database.query<{ start: string }>(
          "select oid::regprocedure::text as start from pg_proc where proname = 'genbff_start'",
        );
        await database.query(`alter function ${start} set lock_timeout = '20ms'`);
        const client = new Client(database.url);
        clients.push(client);
        await client.connect();
        await client.query("begin");
        await client.query("select from public.user_credits where user_id = $1 for update", [
          `${user}-${own}`,
        ]);
      },
      takeDatabaseAway() {
        databaseIsAway = true;
      },
    };
    return { stage, mine };
  };

  const staged = [...ownerCases, ...stateCases].map((each, index) => ({ ...each, index }));
  it.each(staged)("refuses $name with $status $code", async ({ prepare, index, details, ...expected }) => {
    await database.query("truncate genbff.tasks cascade");
    const { stage, mine } = stageOf(String(index));
    const request = await prepare(stage);
    await ended("and prompt not like '%[endless]%'");
    const before = await things();
    const answer = request instanceof Request ? test.bff.fetch(request) : send(host(), mine(request));
    const body = await expectRefusal(await answer, expected);
    if (details !== undefined) expect(body.details).toMatchObject(details);
    expect(await things()).toEqual(before);
  });
});

describe("section 7", () => {
  const cases: { readonly code: ErrorCode }[] = [
    ...badInput,
    ...identityCases(testToken),
    ...ownerCases,
    ...stateCases,
  ];
  const total = Object.keys(section7).length;

  it(`has a case for every code that some route answers with: ${cases.length} cases for its ${total} rows`, () => {
    const documented = new Set((Object.values(routes) as Route[]).flatMap((route) => [...codesOf(route)]));
    const everywhere: readonly ErrorCode[] = ["not_found", "method_not_allowed"];
    const wanted = Object.values(section7)
      .flat()
      .filter((code) => documented.has(code) || everywhere.includes(code));
    expect(wanted.filter((code) => !cases.some((each) => each.code === code))).toEqual([]);
    expect(wanted.length).toBeGreaterThanOrEqual(23);
  });
});

it("closes its streams when it stops, and says when to come back", async () => {
  await open();
  const json = { task_id: "stopping", prompt: "[endless]" };
  await send(host(), { method: "POST", path: "/generate/text-to-image", json });
  const stream = await send(host(), { path: "/tasks/stopping/events" });
  const reading = stream.text();
  await test.stop();
  expect((await reading).endsWith("retry: 1000\n\n")).toBe(true);
  await database.close();
});
