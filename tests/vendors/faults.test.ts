import { faultKinds } from "@genbff/simulator";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openStand, type Stand } from "./faults/meet.ts";
import { type Column, columns, type Ending } from "./faults/row.ts";
import { section5 } from "./faults/section-5.ts";
import { faultTable } from "./faults/table.ts";

// A row waits for its turn at every simulator, and pictures are painted, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

describe("the table", () => {
  it("has every part of every number, once", () => {
    const wanted = Object.entries(section5).flatMap(([number, parts]) =>
      parts.map((part) => `${number}: ${part}`),
    );
    const numbers = Object.keys(section5).map(Number);
    expect(numbers).toEqual(Array.from({ length: 34 }, (_, index) => index + 1));
    expect(faultTable.map(({ number, part }) => `${number}: ${part}`).sort()).toEqual(wanted.sort());
  });

  it("says in every cell how it ends, or why it does not exist", () => {
    for (const { number, part, cells } of faultTable)
      for (const column of columns) {
        const cell: object = cells[column] ?? {};
        const says = "because" in cell ? String(cell.because).length > 20 : "end" in cell && "bought" in cell;
        expect(says, `${number}: ${part} at ${column}`).toBe(true);
      }
  });

  it("has every kind of fault that the simulator knows", () => {
    const used = faultTable.map(({ fault }) => (typeof fault === "string" ? fault : fault.kind));
    expect(faultKinds.filter((kind) => !used.includes(kind))).toEqual([]);
  });

  it("has no purchase beyond the first, but where the vendor or a repair makes one", () => {
    const twice = faultTable.filter(({ cells }) =>
      Object.values(cells).some((cell) => "bought" in cell && cell.bought > 1),
    );
    expect([...new Set(twice.map(({ number }) => number))]).toEqual([8, 12]);
  });
});

// One stand for each provider: rows are met at the same time, each provider meets one after the other.
describe.concurrent("every provider ends as it must", () => {
  const stands = new Map<Column, Stand>();
  beforeAll(async () => {
    for (const column of columns) stands.set(column, await openStand(column));
  });
  afterAll(() => Promise.all([...stands.values()].map((stand) => stand.close())));

  it.each(faultTable)("$number: $part", async (row) => {
    const met = columns.flatMap((column): [Column, Ending][] => {
      const cell = row.cells[column];
      return "end" in cell ? [[column, cell]] : [];
    });
    const endings = met.map(async ([column, { bought }]): Promise<[Column, Ending]> => {
      const stand = stands.get(column) as Stand;
      return [column, await stand.meet(row, bought)];
    });
    expect(inWords(await Promise.all(endings))).toEqual(expected(met));
  });
});

function expected(met: readonly [Column, Ending][]): Record<string, unknown> {
  const words = inWords(met);
  for (const [column, { or, bought }] of met)
    if (or !== undefined)
      Object.assign(words, { [column]: expect.toBeOneOf([words[column], sayEnding({ end: or, bought })]) });
  return words;
}

const sayEnding = ({ end, bought }: Ending) => `${end} (${bought} bought)`;

function inWords(endings: readonly [Column, Ending][]): Record<string, string> {
  return Object.fromEntries(endings.map(([column, ending]) => [column, sayEnding(ending)]));
}
