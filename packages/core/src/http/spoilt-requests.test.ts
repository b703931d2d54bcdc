import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { playRequests } from "../testing/requests/play-requests.ts";

// Good requests of every route, spoilt by the dice. Again, or longer: `REQUESTS_SEED=7 REQUESTS=5000 pnpm vitest run spoilt`.

const seed = Number(process.env.REQUESTS_SEED ?? Date.now() % 1_000_000);
const each = Number(process.env.REQUESTS ?? 500);

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: 16 });
});
afterAll(() => test.close());

it(`answers ${each} spoilt requests of every route in the contract, and keeps nothing of those it refuses (seed ${seed})`, async () => {
  const played = await playRequests(test, { seed, more: (sent) => sent < each });
  expect(played.violations).toEqual([]);
  expect((played.counts.sent ?? 0) + (played.counts["could not be sent"] ?? 0)).toBe(each * played.routes);
  console.log(`seed ${seed}, ${played.routes} routes: ${JSON.stringify(played.counts)}`);
}, 240_000);
