import type { JsonValue } from "../../shared/json.ts";

/** A credit amount as a caller might send it: whole, broken, or no number at all. */
export type Amount = number | string | null;

/** One thing somebody does to a ledger. A hold is named `wallet/key`. */
export type Command =
  | { do: "grant"; wallet: string; amount: Amount; key: string; priority: number; expiresInMs: number | null }
  | { do: "hold"; wallet: string; amount: Amount; key: string; reference: string; expiresInMs: number }
  | { do: "capture"; hold: string; amount: Amount; full: boolean }
  | { do: "release"; hold: string }
  | { do: "refund"; hold: string; amount: Amount; key: string; reason: string }
  | { do: "adjust"; wallet: string; amount: Amount; key: string; reason: string }
  | { do: "welcome"; wallet: string; amount: Amount }
  | { do: "set_tier"; wallet: string; tier: string }
  | { do: "set_allowance"; tier: string; period: "day" | "month"; amount: Amount }
  | {
      do: "payment_event";
      provider: string;
      event: string;
      purchase: string;
      wallet: string;
      amount: Amount;
      expiresInMs: number | null;
    }
  /** `count` is the size of a batch; by default everything fits into one. */
  | { do: "expire_due"; count?: number }
  | { do: "balance_at"; wallet: string; agoMs: number }
  | { do: "wait"; ms: number };

/** What a command came to: its answer in figures that do not differ from run to run, or its refusal. */
export type Outcome = { ok: JsonValue } | { refused: string; details: JsonValue };

const day = 86_400_000;

/** A random number generator that gives the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * The sequence of a seed: `count` commands for two wallets, few keys and small amounts, so that keys repeat, lots run
 * dry and holds are settled twice; and time that sometimes passes a lot's end, a day's or a month's.
 */
export function randomCommands(seed: number, count: number): Command[] {
  const random = seededRandom(seed);
  const upTo = (n: number) => Math.floor(random() * n);
  const one = <T>(...from: T[]): T => from[upTo(from.length)] as T;
  const wallet = () => one("a", "b");
  const key = () => (upTo(60) === 0 ? one("", "x\n", "k".repeat(256)) : `k${upTo(9)}`);
  const hold = () => `${wallet()}/k${upTo(9)}`;
  const amount = (most: number): Amount =>
    upTo(25) === 0
      ? one<Amount>(0, -1, 2.5, null, "NaN", "Infinity", "9007199254740992", "9007199254740991")
      : 1 + upTo(most);
  const duration = () => one(null, null, 5 * 60_000, 3_600_000, day, upTo(40) === 0 ? 0 : 2 * day);

  const makers: [number, () => Command][] = [
    [
      6,
      () => ({
        do: "grant",
        wallet: wallet(),
        amount: amount(20),
        key: key(),
        priority: one(50, 100, 100),
        expiresInMs: duration(),
      }),
    ],
    [
      9,
      () => ({
        do: "hold",
        wallet: wallet(),
        amount: amount(12),
        key: key(),
        reference: one("r", "r", "r", "s", ""),
        expiresInMs: one(600_000, 600_000, 3_600_000, day),
      }),
    ],
    [
      7,
      () => ({
        do: "capture",
        hold: hold(),
        ...one(
          { full: true, amount: null },
          { full: false, amount: amount(10) },
          { full: false, amount: upTo(3) },
          { full: upTo(9) === 0, amount: amount(6) },
        ),
      }),
    ],
    [4, () => ({ do: "release", hold: hold() })],
    [
      5,
      () => ({
        do: "refund",
        hold: hold(),
        amount: amount(6),
        key: key(),
        reason: one("late", "late", "wrong"),
      }),
    ],
    [
      4,
      () => ({
        do: "adjust",
        wallet: wallet(),
        amount: one(amount(9), -1 - upTo(15), -1 - upTo(4)),
        key: key(),
        reason: one("fix", "fix", "fix", " "),
      }),
    ],
    [2, () => ({ do: "welcome", wallet: wallet(), amount: one<Amount>(5, 5, 0, 7, -1) })],
    [1, () => ({ do: "set_tier", wallet: wallet(), tier: one("free", "pro", "") })],
    [
      1,
      () => ({
        do: "set_allowance",
        tier: one("free", "pro"),
        period: one("day", "month"),
        amount: one<Amount>(3, 4, 0, null),
      }),
    ],
    [
      3,
      () => ({
        do: "payment_event",
        provider: one("stripe", "stripe", "paypal", "a:b"),
        event: `e${upTo(6)}`,
        purchase: `p${upTo(3)}`,
        wallet: wallet(),
        amount: one(amount(8), 8, 8, 8),
        expiresInMs: one(null, null, null, day),
      }),
    ],
    [3, () => ({ do: "expire_due" })],
    [2, () => ({ do: "balance_at", wallet: wallet(), agoMs: upTo(day) })],
    [4, () => ({ do: "wait", ms: one(1_000, 300_000, 1_800_000, 5_400_000, day, 20 * day) })],
  ];
  const total = makers.reduce((sum, [weight]) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    let left = upTo(total);
    const maker = makers.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    return (maker as [number, () => Command])[1]();
  });
}
