import type { Purchase } from "@genbff/simulator";
import type { Dice } from "../../../packages/core/src/testing/generations/scheduler.ts";
import type { Buyer } from "./buyers.ts";

/** What a buyer's customers got, and what the vendor sold for it. */
export interface Tally {
  readonly name: string;
  readonly orders: number;
  readonly delivered: number;
  readonly purchases: number;
  /** Orders whose button was pressed once, and which were bought more than once all the same. */
  readonly twiceByItself: number;
  /** Orders that were bought more than once, by the client or by whoever pressed again after an error. */
  readonly twice: number;
  /** Purchases that nobody got anything for. */
  readonly paidAndLost: number;
}

/** Each strikes one request of one order, and never again: what a repetition meets is an honest vendor. */
const faults = [
  "drop_before_accept",
  "drop_after_accept",
  "server_error status=500",
  "server_error status=502",
  "server_error status=503",
  "server_error status=504 accepted=true",
  "truncated_body",
  "reset_body",
  "rate_limited retry_after=1",
  "nonsense variant=html",
  "server_error on=read",
  "drop_before_accept on=read",
  "truncated_body on=media",
];

const pressesMax = 3;

/** What is wanted, and the fault that it meets on its way. */
export interface Order {
  readonly number: number;
  readonly words: string;
}

/** So many orders from a number on; every second one carries the fault that it meets, the same for every buyer. */
export function ordersOf(from: number, count: number, dice: Dice): Order[] {
  return Array.from({ length: count }, (_, index) => {
    const fault = index % 2 === 0 ? "" : ` [[fault:${faults[dice.below(faults.length)]} times=1]]`;
    return { number: from + index, words: `a small brass desk lamp${fault}` };
  });
}

/** A buyer who has not begun. */
export function noTally(name: string): Tally {
  return { name, orders: 0, delivered: 0, purchases: 0, twiceByItself: 0, twice: 0, paidAndLost: 0 };
}

/** Two rounds of one buyer. */
export function sumOf(one: Tally, other: Tally): Tally {
  return {
    name: one.name,
    orders: one.orders + other.orders,
    delivered: one.delivered + other.delivered,
    purchases: one.purchases + other.purchases,
    twiceByItself: one.twiceByItself + other.twiceByItself,
    twice: one.twice + other.twice,
    paidAndLost: one.paidAndLost + other.paidAndLost,
  };
}

/** Buys every order. After an error its user presses the button again, twice at most. */
export async function buyAll(
  { name, vendor, buy, ordersByReference }: Buyer,
  orders: readonly Order[],
  purchasesNow: () => Promise<readonly Purchase[]>,
  inFlight: number,
): Promise<Tally> {
  const pressed = new Map<string, number>();
  const delivered = new Set<string>();
  const queue = orders.values();
  const lane = async () => {
    for (const { number, words } of queue) {
      const reference = `${name.replaceAll(/\W/g, "")}-${number}`;
      const prompt = `${words} [[reference:${reference}]]`;
      for (let press = 1; press <= pressesMax && !delivered.has(reference); press++) {
        pressed.set(reference, press);
        const picture = await buy(prompt).catch(() => undefined);
        if (picture !== undefined && isWhole(picture)) delivered.add(reference);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const orderOf = await ordersByReference?.();
  const named = (await purchasesNow()).flatMap((purchase) => {
    const reference = purchase.client_reference ?? "";
    const order = orderOf?.get(reference) ?? reference;
    return purchase.vendor === vendor && !purchase.refunded && pressed.has(order)
      ? [{ order, purchase }]
      : [];
  });
  const sold = Map.groupBy(named, ({ order }) => order);
  const twice = [...sold].filter(([, purchases]) => purchases.length > 1);
  return {
    name,
    orders: orders.length,
    delivered: delivered.size,
    purchases: named.length,
    twiceByItself: twice.filter(([reference]) => pressed.get(reference) === 1).length,
    twice: twice.length,
    paidAndLost: named.length - [...sold.keys()].filter((reference) => delivered.has(reference)).length,
  };
}

/** A picture that ends where its format says. */
function isWhole(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes);
  if (file.subarray(1, 4).toString() === "PNG") return file.subarray(-8, -4).toString() === "IEND";
  if (file.subarray(0, 4).toString() === "RIFF") return file.readUInt32LE(4) + 8 === file.length;
  return (
    file.length > 1000 && file.readUInt16BE(0) === 0xffd8 && file.readUInt16BE(file.length - 2) === 0xffd9
  );
}
