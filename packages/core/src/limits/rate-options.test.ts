import { describe, expect, it } from "vitest";
import { jwtAuth } from "../auth/jwt-auth.ts";
import { createBff } from "../create-bff.ts";
import type { Database } from "../database/port.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { testSecret } from "../testing/test-bff.ts";
import { testStudio } from "../testing/test-studio.ts";
import { createRateOf, type RateLimit } from "./start-rates.ts";

const pairs = [
  { operation: "text-to-image", provider: "openai" },
  { operation: "text-to-model", provider: "tripo" },
  { operation: "refine-model", provider: "tripo" },
];

describe("the limits of a deployment", () => {
  const rateOf = createRateOf(
    [
      { group: "openai", match: [{ provider: "openai" }], perMinute: 4 },
      { group: "tripo_refine", match: [{ provider: "tripo", operation: "refine-model" }], perMinute: 6 },
      { group: "tripo_other", match: [{ provider: "tripo" }], perMinute: 12 },
      { group: "rest", match: [{}], perMinute: 100 },
    ],
    pairs,
  );
  it.each([
    ["text-to-image", "openai", "openai", 4],
    ["refine-model", "tripo", "tripo_refine", 6],
    ["text-to-model", "tripo", "tripo_other", 12],
    ["text-to-model", "stability", "rest", 100],
  ])("count %s by %s as %s", (operation, provider, group, perMinute) => {
    expect(rateOf(operation, provider)).toEqual({ group, per_minute: perMinute });
  });

  it("leave out what has none, also of a limit further down", () => {
    const rates: RateLimit[] = [
      { group: "refine", match: [{ operation: "refine-model" }], perMinute: null },
      { group: "tripo", match: [{ provider: "tripo" }], perMinute: 12 },
    ];
    expect(createRateOf(rates, pairs)("refine-model", "tripo")).toBeNull();
    expect(createRateOf(rates, pairs)("text-to-model", "tripo")).toEqual({ group: "tripo", per_minute: 12 });
  });

  it("count nothing that none fits", () => {
    const openai = { group: "g", match: [{ operation: "text-to-image" }], perMinute: 1 };
    expect(createRateOf([openai], pairs)("refine-model", "tripo")).toBeNull();
    expect(createRateOf([], pairs)("refine-model", "tripo")).toBeNull();
  });

  const good: RateLimit = { group: "g", match: [{}], perMinute: 1 };
  it.each<[string, readonly RateLimit[], RegExp]>([
    [
      "a provider that is not there",
      [{ ...good, match: [{ provider: "opanai" }] }],
      /'g' fits nothing.*opanai/,
    ],
    ["an operation that is not there", [{ ...good, match: [{}, { operation: "x" }] }], /'g' fits nothing/],
    [
      "a pair that nobody offers",
      [{ ...good, match: [{ provider: "openai", operation: "refine-model" }] }],
      /fits nothing/,
    ],
    ["no match at all", [{ ...good, match: [] }], /fits nothing/],
    ["a name twice", [good, good], /two limits have the group 'g'/],
    ["an empty name", [{ ...good, group: "" }], /'' is not 1 to 64/],
    ["a long name", [{ ...good, group: "x".repeat(65) }], /1 to 64/],
    ...[0, -1, 1.5, 1001, Number.NaN, Number.POSITIVE_INFINITY].map(
      (perMinute): [string, readonly RateLimit[], RegExp] => [
        `${perMinute} a minute`,
        [{ ...good, perMinute }],
        /perMinute of 'g' must be a whole number from 1 to 1000/,
      ],
    ),
  ])("refuse %s", (_, limits, message) => {
    expect(() => createRateOf(limits, pairs)).toThrowError(message);
  });
});

describe("createBff", () => {
  const database: Database = { call: async () => null, close: async () => undefined };
  const parts = {
    database,
    storage: memoryStore(),
    auth: jwtAuth({ secret: testSecret }),
    providers: { studio: testStudio() },
    prices: { "text-to-image": { studio: "p" }, "image-to-image": { studio: "p" } },
    secret: testSecret,
  };

  it("takes limits of what it sells, and no others, when it compiles", () => {
    createBff({
      ...parts,
      limits: {
        rates: [
          { group: "a", match: [{ provider: "studio", operation: "text-to-image" }], perMinute: 1 },
          { group: "b", match: [{ operation: "image-to-image" }, { provider: "studio" }], perMinute: 1 },
        ],
      },
    });
    expect(() =>
      createBff({
        ...parts,
        limits: {
          // @ts-expect-error -- no such provider
          rates: [{ group: "a", match: [{ provider: "stadio" }], perMinute: 1 }],
        },
      }),
    ).toThrowError("fits nothing");
    expect(() =>
      createBff({
        ...parts,
        limits: {
          // @ts-expect-error -- the provider does not offer it
          rates: [{ group: "a", match: [{ provider: "studio", operation: "refine-model" }], perMinute: 1 }],
        },
      }),
    ).toThrowError("fits nothing");
    expect(() =>
      createBff({
        ...parts,
        limits: {
          // @ts-expect-error -- nobody offers it
          rates: [{ group: "a", match: [{ operation: "refine-model" }], perMinute: 1 }],
        },
      }),
    ).toThrowError("fits nothing");
  });

  it.each([
    [{ perMinute: 0 }, "perMinute"],
    [{ trustedProxies: -1 }, "trustedProxies"],
    [{ trustedProxies: 1.5 }, "trustedProxies"],
    [{ timeoutMs: 0 }, "timeoutMs"],
  ])("refuses limits.addresses of %j", (addresses, name) => {
    expect(() => createBff({ ...parts, limits: { addresses } })).toThrowError(`limits.addresses.${name}`);
  });
});
