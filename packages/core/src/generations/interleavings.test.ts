import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { type Interleaving, openInterleavings } from "../testing/generations/interleavings.ts";
import { takeClock } from "../testing/generations/virtual-time.ts";

// Two workers, a webhook, a cancel and a sweep on one generation, in every order that a seed draws: workers die between
// two calls, leases run out, deadlines pass. `INTERLEAVINGS=20000` runs more, `INTERLEAVINGS_SEED=7` one of them.

const count = Number(process.env.INTERLEAVINGS ?? 200);
const only = process.env.INTERLEAVINGS_SEED;
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)];

let test: TestDatabase;
let run: (seed: number) => Promise<Interleaving>;
beforeAll(async () => {
  test = await createTestDatabase({ max: 8 });
  run = openInterleavings(test, await takeClock(test));
});
afterAll(() => test.close());

it(`has one end and one settlement in each of ${seeds.length} interleavings`, async () => {
  const ends = new Map<string, number>();
  for (const seed of seeds) {
    const { end, problems, trace } = await run(seed);
    expect(problems, `INTERLEAVINGS_SEED=${seed}\n${trace.join("\n")}`).toEqual([]);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  // Orders that lead to one end only would prove little.
  if (only === undefined) expect([...ends.keys()].length).toBeGreaterThanOrEqual(3);
}, 3_600_000);

it("takes the same way for the same seed", async () => {
  const hash = async (seed: number) =>
    createHash("sha256")
      .update((await run(seed)).trace.join("\n"))
      .digest("hex");
  const first = [await hash(11), await hash(12)];
  expect([await hash(11), await hash(12)]).toEqual(first);
  expect(first[0]).not.toBe(first[1]);
});
