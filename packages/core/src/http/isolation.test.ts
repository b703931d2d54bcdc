import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Route, type RouteName, routes } from "../contract/routes.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import type { Host } from "../testing/host.ts";
import { ask, type HostRequest, send } from "../testing/host-request.ts";
import { type Answer, everybody, matrix, type Row, type Who } from "../testing/isolation/matrix.ts";
import { makeThings, type Things } from "../testing/isolation/things.ts";
import { createTestBff, type TestBff } from "../testing/test-bff.ts";
import { isPersonal } from "./route-codes.ts";
import { createRouteTable } from "./route-table.ts";

// Every route of the contract, as the owner of a thing and as everybody else: reliability-spec.md 8.2. The table is
// packages/core/src/testing/isolation/matrix.ts.

let database: TestDatabase;
let test: TestBff;
let host: Host;
let things: Things;
let before: unknown;

const identity: Record<Who, Partial<HostRequest>> = {
  owner: { as: "owner" },
  other: { as: "bob" },
  anonymous: { as: null },
  service: { as: "server", claims: { role: "service_role" } },
  admin: { as: "olga", claims: { operator: true } },
};
const rows = (Object.entries(matrix) as [RouteName, readonly Row[]][]).flatMap(([name, rows]) =>
  rows.map((row) => ({ name, row, about: row.about, route: routes[name] as Route })),
);
const matchRoute = createRouteTable("/api");

beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestBff(database.database);
  host = { baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined };
  things = await makeThings(host, database, "owner");
  before = await everythingOfTheOwner();
}, 60_000);
afterAll(async () => {
  const violations = await database.database.call("genbff_violations", {});
  await test.stop();
  await database.close();
  expect(violations).toEqual([]);
});

/** Links are signed anew each time, and a generation that runs goes on. */
const moving = /\?expires=[^"]*|"(progress|version|stage|updated_at)":("[^"]*"|\d+|null),?/g;

/** All that the owner has, as the owner sees it. */
async function everythingOfTheOwner(): Promise<unknown> {
  const seen: unknown[] = [];
  for (const path of [
    "/tasks/owner-task",
    "/tasks/owner-running",
    "/tasks",
    "/credits/balance",
    "/credits/history",
  ]) {
    const { status, body } = await ask(host, { path, as: "owner" });
    expect(status, path).toBe(200);
    // The tasks come in the order of what moved last.
    if (path === "/tasks")
      (body.items as { task_id: string }[]).sort((one, other) => one.task_id.localeCompare(other.task_id));
    seen.push(JSON.stringify(body).replaceAll(moving, ""));
  }
  seen.push(
    await database.query("select id, status from public.input_assets where user_id = 'owner' order by id"),
  );
  return seen;
}

/** What was answered. Of a stream that stays open, its beginning. */
async function answerTo(request: HostRequest): Promise<Answer> {
  const response = await send(host, request);
  const { status, headers } = response;
  const isOpen =
    headers.get("content-type") === "text/event-stream" && !request.path.includes("/diagnostics");
  if (!isOpen) return { status, headers, text: await response.text() };
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  while (!text.includes("data: ")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += new TextDecoder().decode(value);
  }
  await reader.cancel();
  return { status, headers, text };
}

/** Says each thing that is not as it must be, so that a cell that fails tells all of it. */
function faultsOf({ row, route }: { row: Row; route: Route }, who: Who, answer: Answer): string[] {
  const [status = "", code] = row.answers[who].split(" ");
  const faults: string[] = [];
  if (String(answer.status) !== status) faults.push(`${answer.status} ${answer.text.slice(0, 200)}`);
  if (code !== undefined && JSON.parse(answer.text).error !== code) faults.push(answer.text);
  const { headers } = answer;
  if (!/no-store|private/.test(headers.get("cache-control") ?? "")) faults.push("may be kept by a cache");
  if (isPersonal(route)) {
    if (headers.get("cache-control") !== "no-store") faults.push("is not no-store");
    if (!/\bauthorization\b/i.test(headers.get("vary") ?? "")) faults.push("does not vary by who asks");
  }
  const isShown = who === "owner" || (row.shows === true && answer.status < 300);
  if (!isShown)
    faults.push(
      ...things.canaries.filter((canary) => answer.text.includes(canary)).map((canary) => `shows ${canary}`),
    );
  const closer = answer.status < 300 ? row.check?.(answer, things, who) : undefined;
  if (closer !== undefined) faults.push(closer);
  return faults;
}

it("has a row for every route, and each row asks the route it stands under", () => {
  expect(Object.keys(matrix).sort()).toEqual(Object.keys(routes).sort());
  for (const { name, row } of rows)
    for (const who of everybody) {
      const { method = "GET", path } = row.ask(things, who);
      expect(matchRoute(method, new URL(host.baseUrl + path).pathname).name, row.about).toBe(name);
    }
});

// The owner comes last: what the others were refused was there all the time.
describe.each(everybody.filter((who) => who !== "owner"))("%s", (who) => {
  it.each(rows)("$name $about", async (cell) => {
    expect(faultsOf(cell, who, await answerTo({ ...cell.row.ask(things, who), ...identity[who] }))).toEqual(
      [],
    );
  });
});

it("has left everything of the owner's as it was", async () => {
  expect(await everythingOfTheOwner()).toEqual(before);
});

describe("owner", () => {
  it.each(rows)("$name $about", async (cell) => {
    expect(
      faultsOf(cell, "owner", await answerTo({ ...cell.row.ask(things, "owner"), ...identity.owner })),
    ).toEqual([]);
  });

  it("has been shown what nobody else was", async () => {
    const seen = JSON.stringify(await everythingOfTheOwner());
    expect(things.canaries.filter((canary) => !seen.includes(canary) && canary !== things.quote)).toEqual([]);
  });
});
