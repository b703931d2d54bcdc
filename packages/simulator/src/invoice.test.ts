import { expect, it } from "vitest";
import { invoicesOf } from "./invoice.ts";
import type { Purchase } from "./purchases.ts";

let purchases = 0;
const bought = (more: Partial<Purchase>): Purchase => ({
  vendor: "a",
  purchase_id: String(purchases++),
  operation: "draw",
  client_reference: null,
  request_digest: "d",
  outputs: 1,
  credits: null,
  usd: 0.1,
  refunded: false,
  created_at: "2026-11-21T00:00:00.000Z",
  ...more,
});

it("adds up by operation, in the vendor's own unit, without what was given back", () => {
  const books = [
    bought({ vendor: "b", credits: 20, usd: 0.2 }),
    bought({ vendor: "b", credits: 5.5, usd: 0.055, operation: "convert" }),
    bought({ vendor: "b", credits: 40, usd: 0.4, refunded: true }),
    bought({ outputs: 3 }),
    bought({ usd: 0.2 }),
  ];
  expect(invoicesOf(books, [{ name: "a" }, { name: "b", unit: "sparks" }, { name: "c" }])).toEqual([
    {
      vendor: "a",
      unit: "usd",
      amount: 0.3,
      usd: 0.3,
      lines: [{ operation: "draw", purchases: 2, outputs: 4, amount: 0.3, usd: 0.3, refunded: 0 }],
    },
    {
      vendor: "b",
      unit: "sparks",
      amount: 25.5,
      usd: 0.255,
      lines: [
        { operation: "convert", purchases: 1, outputs: 1, amount: 5.5, usd: 0.055, refunded: 0 },
        { operation: "draw", purchases: 2, outputs: 1, amount: 20, usd: 0.2, refunded: 1 },
      ],
    },
    { vendor: "c", unit: "usd", amount: 0, usd: 0, lines: [] },
  ]);
});

it("does not drift over a thousand thirds of a cent", () => {
  const books = Array.from({ length: 1000 }, () => bought({ usd: 0.003333 }));
  expect(invoicesOf(books, [{ name: "a" }])[0]?.usd).toBe(3.333);
});
