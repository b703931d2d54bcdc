import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { openMix } from "../testing/mix/mix.ts";

// Everything that ledger and state machine can do, by 32 connections at once. `pnpm soak mix` does it 200,000 times.

const clients = 32;
const seed = Number(process.env.MIX_SEED ?? Date.now() % 1_000_000);

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: clients });
});
afterAll(() => test.close());

it(`keeps the books through a mix of all operations (MIX_SEED=${seed})`, async () => {
  const mix = openMix(test, clients, seed);
  for (let round = 0; round < 2; round++) {
    await mix.play(1200);
    expect(mix.violations).toEqual([]);
  }
  // A mix of refusals would prove little: whatever is frequent must have succeeded as well.
  const done = [...mix.outcomes.keys()].filter((outcome) => outcome.endsWith(" ok"));
  for (const name of ["grant", "hold", "capture", "release", "refund", "start", "claim", "take", "work"])
    expect(done).toContain(`${name} ok`);
}, 60_000);
