import { expect, it } from "vitest";
import { faultKinds } from "./catalogue.ts";
import { createFaultBook, type FaultQuestion } from "./fault-book.ts";
import { parseShort } from "./parse.ts";

const question: FaultQuestion = {
  vendor: "openai",
  role: "create",
  path: "/openai/v1/images/edits",
  header: null,
  directives: [],
  digest: "d",
  kinds: new Set(faultKinds),
};

function strikes(book: ReturnType<typeof createFaultBook>, times: number, asked = question): boolean[] {
  return Array.from({ length: times }, () => book.take(asked) !== undefined);
}

it("strikes once by default, after the requests it lets pass", () => {
  const book = createFaultBook(1);
  book.set([{ kind: "latency", after: 2 }]);
  expect(strikes(book, 5)).toEqual([false, false, true, false, false]);
});

it("strikes always with null", () => {
  const book = createFaultBook(1);
  book.set([{ kind: "latency", times: null }]);
  expect(strikes(book, 3)).toEqual([true, true, true]);
});

it("concerns requests that cost money, unless a path or a role says otherwise", () => {
  const book = createFaultBook(1);
  book.set([{ kind: "latency", times: null }]);
  expect(strikes(book, 1, { ...question, role: "read" })).toEqual([false]);
  book.set([{ kind: "latency", times: null, path: "images/" }]);
  expect(strikes(book, 1, { ...question, role: "read" })).toEqual([true]);
  book.set([{ kind: "latency", times: null, on: "read", vendor: "tripo" }]);
  expect(strikes(book, 1, { ...question, role: "read" })).toEqual([false]);
});

it("draws by the seed", () => {
  const draw = (seed: number) => {
    const book = createFaultBook(seed);
    book.set([{ kind: "latency", times: null, probability: 0.5 }]);
    return strikes(book, 40).join();
  };
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
  expect(draw(1)).toContain("true");
  expect(draw(1)).toContain("false");
});

it("reads the short form", () => {
  expect(parseShort("rate_limited retry_after=5, times=2")).toEqual({
    kind: "rate_limited",
    retryAfter: 5,
    times: 2,
  });
});

it("refuses what it does not know", () => {
  const book = createFaultBook(1);
  // @ts-expect-error: plain JavaScript and HTTP can send anything.
  expect(() => book.set([{ kind: "earthquake" }])).toThrow("unknown fault");
  expect(() => book.set([{ kind: "latency", latencyMs: Number.NaN }])).toThrow("latencyMs");
});
