import { isAppError } from "../../errors/app-error.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import { dice } from "../generations/scheduler.ts";
import { generationOperations } from "./generation-operations.ts";
import { ledgerOperations } from "./ledger-operations.ts";
import type { Hands, Operation, Pool } from "./operation.ts";
import { sums } from "./sums.ts";

/** Clients who do everything at once. */
export interface Mix {
  /** Lets them make so many calls, then stands still and goes through the books: a barrier. */
  play(calls: number): Promise<void>;
  /** Operation and outcome → how often. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
  /** How many the database has had to break up. None of them may have reached a client. */
  deadlocks(): Promise<number>;
}

const operations: Readonly<Record<string, Operation>> = { ...ledgerOperations, ...generationOperations };

/**
 * Opens a mix of all that ledger and state machine can do, on a database of its own with `clients` connections. The
 * seed decides what each client draws, and the machine in which order they meet: a run is never quite the same twice.
 */
export function openMix(test: TestDatabase, clients: number, seed: number): Mix {
  let number = 0;
  const pool: Pool = {
    holds: [],
    generations: [],
    leased: [],
    entries: new Map(),
    captured: new Map(),
    next: () => ++number,
  };
  const outcomes = new Map<string, number>();
  const violations: string[] = [];
  let left = 0;

  const client = (index: number) => {
    const draw = dice(seed * 1000 + index);
    const hands: Hands = {
      dice: draw,
      pool,
      call(name, args: JsonObject) {
        left -= 1;
        return test.database.call(name, args);
      },
    };
    return async () => {
      while (left > 0 && violations.length === 0) {
        const name = drawOperation(draw.below(1_000_000) / 1_000_000);
        const { run, refusals = [] } = operations[name] as Operation;
        const outcome = await Promise.resolve(run(hands)).then(
          (answer) => (answer === false ? "nothing to do" : "ok"),
          (error: unknown) => {
            if (isAppError(error) && refusals.includes(error.code)) return error.code;
            violations.push(`${name}: ${describe(error)}`);
            return "violation";
          },
        );
        // Whoever has nothing to do lets the others be heard.
        if (outcome === "nothing to do") await new Promise((resolve) => setTimeout(resolve, 1));
        else outcomes.set(`${name} ${outcome}`, (outcomes.get(`${name} ${outcome}`) ?? 0) + 1);
      }
    };
  };
  const all = Array.from({ length: clients }, (_, index) => client(index));
  return {
    outcomes,
    violations,
    async play(calls) {
      left = calls;
      await Promise.all(all.map((one) => one()));
      const found = (await test.database.call("genbff_violations", {})) as JsonObject[];
      violations.push(...found.map((row) => `genbff_verify: ${JSON.stringify(row)}`));
      violations.push(...(await sums(test, pool)));
    },
    async deadlocks() {
      const [row] = await test.query<{ count: number }>(
        "select deadlocks::int as count from pg_stat_database where datname = current_database()",
      );
      return row?.count ?? 0;
    },
  };
}

const weights = Object.entries(operations).map(([name, { weight }]) => [name, weight] as const);
const total = weights.reduce((sum, [, weight]) => sum + weight, 0);

function drawOperation(share: number): string {
  let left = share * total;
  const drawn = weights.find(([, weight]) => {
    left -= weight;
    return left < 0;
  });
  return (drawn ?? (weights[0] as (typeof weights)[0]))[0];
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` ← ${error.cause.message}` : "";
  return `${isAppError(error) ? error.code : error.message}${cause}`;
}
