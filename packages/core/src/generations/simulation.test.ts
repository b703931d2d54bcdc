import { afterAll, beforeAll, expect, it } from "vitest";
import type { AnyBffOptions } from "../create-context.ts";
import type { Database } from "../database/port.ts";
import type { JsonObject } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import {
  type DatabaseServer,
  openPgliteServer,
  openPostgresServer,
} from "../testing/simulation/database-server.ts";
import { type Simulation, simulate } from "../testing/simulation/simulate.ts";

// The whole core under a virtual clock: some seeds of `pnpm simulate`, that the same seed lives the same life, and
// that the audit finds what is put in front of it. On Postgres, which computes beside the test and not in its thread.

const generations = 5;
let test: TestDatabase;
let server: DatabaseServer;
beforeAll(async () => {
  test = await createTestDatabase();
  server = await openPostgresServer(test.url);
}, 60_000);
afterAll(async () => {
  await server.close();
  await test.close();
});

it("keeps every promise in a handful of lives, whatever goes wrong in them", async () => {
  const ends = new Set<string>();
  for (let seed = 1; seed <= 4; seed++) {
    const life = await simulate(server, { seed, generations });
    expect(life.problems, report(life)).toEqual([]);
    for (const end of Object.keys(life.ends)) ends.add(end);
  }
  // Lives that all end alike would prove little.
  expect(ends.size).toBeGreaterThanOrEqual(3);
}, 600_000);

it("lives the same life for the same seed, line by line, whatever was lived before, and on the embedded database", async () => {
  const [first, other] = [
    await simulate(server, { seed: 21, generations }),
    await simulate(server, { seed: 22, generations }),
  ];
  const again = await simulate(server, { seed: 21, generations });
  expect(again.trace).toEqual(first.trace);
  const embedded = await openPgliteServer();
  try {
    const elsewhere = await simulate(embedded, { seed: 21, generations });
    expect(elsewhere.trace).toEqual(first.trace);
  } finally {
    await embedded.close();
  }
  expect(other.trace).not.toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(100);
}, 600_000);

/** A defect, put between the core and its ports. */
const between =
  (change: (database: Database) => Partial<Database>) =>
  (options: AnyBffOptions): AnyBffOptions => ({
    ...options,
    database: { ...options.database, ...change(options.database) },
  });
interface Defect {
  readonly sabotage: (options: AnyBffOptions) => AnyBffOptions;
  readonly caught: RegExp;
  /** The first seed that is tried, where not every life has what the defect is about. */
  readonly from?: number;
}
const defects: Record<string, Defect> = {
  "sends again what may have been bought": {
    sabotage: between((database) => ({
      call: (name, args) =>
        database.call(name, name === "genbff_record" ? { ...args, p_changes: sentAgain(args) } : args),
    })),
    caught: /bought|forgotten/,
    // One whose answer is lost.
    from: 6,
  },
  "tells of an end that is none": {
    sabotage: between((database) => ({
      async call(name, args) {
        const answer = await database.call(name, args);
        return name === "genbff_status" ? { ...(answer as JsonObject), charged: 1 } : answer;
      },
    })),
    caught: /ended as|clients were told/,
  },
  "keeps what was handed on": {
    sabotage: between((database) => ({
      call: async (name, args) => (name === "genbff_expired_files" ? [] : database.call(name, args)),
    })),
    caught: /kept beyond its end/,
    // One whose outputs are handed on.
    from: 3,
  },
};

it.each(Object.entries(defects))(
  "notices a core that %s",
  async (_name, { sabotage, caught, from = 1 }) => {
    const found: string[] = [];
    for (let seed = from; seed < from + 12 && !found.some((problem) => caught.test(problem)); seed++)
      found.push(...(await simulate(server, { seed, generations, sabotage })).problems);
    expect(
      found.some((problem) => caught.test(problem)),
      found.join("\n"),
    ).toBe(true);
  },
  600_000,
);

it("notices a ledger that charges in full for a part", async () => {
  const charge = await definitionOf("genbff_finish");
  await server.query(charge.replace("* v_delivered", "* v_generation.outputs"));
  try {
    const found: string[] = [];
    for (let seed = 1; seed <= 12 && !found.some((problem) => /was charged/.test(problem)); seed++)
      found.push(...(await simulate(server, { seed, generations })).problems);
    expect(found.join("\n")).toMatch(/with \d of \d outputs and was charged/);
  } finally {
    await server.query(charge);
  }
}, 600_000);

async function definitionOf(name: string): Promise<string> {
  const [found] = await server.query<{ text: string }>(
    "select pg_get_functiondef(oid) as text from pg_proc where proname = $1",
    [name],
  );
  return found?.text ?? "";
}

/** "It may have been bought" is written down as "it was never sent". */
function sentAgain(args: JsonObject): JsonObject {
  const changes = args.p_changes as JsonObject;
  return changes.step === "submit_unknown"
    ? { attempt: changes.attempt ?? null, step: "intent", next_attempt: true, outcome: "refused" }
    : changes;
}

function report({ seed, problems, trace }: Simulation): string {
  return [...trace, `pnpm simulate --seed ${seed} --generations ${generations}`, ...problems].join("\n");
}
