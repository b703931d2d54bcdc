import { expect, it } from "vitest";
import type { Database } from "../database/port.ts";
import { AppError } from "../errors/app-error.ts";
import { createFirstVisit } from "./first-visit.ts";

const minute = 60_000;
const noon = Date.parse("2026-01-01T12:00:00Z");

/** Counts who is welcomed; what a welcome does is decided and tested in SQL. */
function open(answer: () => Promise<null> = async () => null) {
  const welcomed: unknown[] = [];
  const clock = { time: noon, now: () => clock.time };
  const database = {
    call: (name: string, values: object) => {
      welcomed.push([name, ...Object.values(values)]);
      return answer();
    },
  } as unknown as Database;
  return { visit: createFirstVisit(database, 20, clock), welcomed, clock };
}

it("welcomes a wallet once, also when fifty requests come together", async () => {
  const { visit, welcomed } = open();
  await Promise.all(Array.from({ length: 50 }, () => visit("ada")));
  await visit("ada");
  await visit("bob");
  expect(welcomed).toEqual([
    ["genbff_welcome", "ada", 20],
    ["genbff_welcome", "bob", 20],
  ]);
});

it("welcomes again on the next day, since an allowance may be due", async () => {
  const { visit, welcomed, clock } = open();
  clock.time = Date.parse("2026-01-01T23:59:59Z");
  await visit("ada");
  clock.time = Date.parse("2026-01-02T00:00:00Z");
  await visit("ada");
  expect(welcomed).toHaveLength(2);
});

it("welcomes again after ten minutes, since this machine's midnight need not be the database's", async () => {
  const { visit, welcomed, clock } = open();
  await visit("ada");
  clock.time = noon + 10 * minute - 1;
  await visit("ada");
  expect(welcomed).toHaveLength(1);
  clock.time = noon + 10 * minute;
  await visit("ada");
  expect(welcomed).toHaveLength(2);
  clock.time = noon - minute;
  await visit("ada");
  expect(welcomed, "the clock was put back").toHaveLength(3);
});

it("lets nobody in whom it could not welcome, and tries again", async () => {
  let isDown = true;
  const { visit, welcomed } = open(async () => {
    if (isDown) throw new AppError("unavailable");
    return null;
  });
  const refused = Array.from({ length: 5 }, () =>
    expect(visit("ada")).rejects.toMatchObject({ code: "unavailable" }),
  );
  await Promise.all(refused);
  isDown = false;
  await visit("ada");
  expect(welcomed).toHaveLength(2);
});

it("remembers ten thousand, and forgets the one who was away longest", async () => {
  const { visit, welcomed } = open();
  await visit("ada");
  await visit("bob");
  await visit("ada");
  for (let index = 0; index < 9999; index += 1) await visit(`user ${index}`);
  const before = welcomed.length;
  await visit("ada");
  expect(welcomed).toHaveLength(before);
  await visit("bob");
  expect(welcomed).toHaveLength(before + 1);
});
