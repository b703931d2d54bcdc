import type { Purchase } from "./purchases.ts";

/** One line of an invoice: everything of one operation. */
export interface InvoiceLine {
  readonly operation: string;
  readonly purchases: number;
  readonly outputs: number;
  /** In the invoice's unit. */
  readonly amount: number;
  readonly usd: number;
  /** How many of the purchases were given back; they cost nothing. */
  readonly refunded: number;
}

/** What one vendor would bill for everything so far. */
export interface Invoice {
  readonly vendor: string;
  /** The vendor's own unit: `credits`, or what it names; `usd` where it bills in money. */
  readonly unit: string;
  readonly amount: number;
  readonly usd: number;
  readonly lines: readonly InvoiceLine[];
}

/** Writes the invoices, one for each vendor in the order given, also where nothing was bought. */
export function invoicesOf(
  purchases: readonly Purchase[],
  vendors: readonly { readonly name: string; readonly unit?: string }[],
): Invoice[] {
  return vendors.map(({ name, unit }) => {
    const own = purchases.filter(({ vendor }) => vendor === name);
    const inCredits = own.some(({ credits }) => credits !== null);
    const amountOf = ({ credits, usd }: Purchase) => (inCredits ? (credits ?? 0) : usd);
    const operations = [...new Set(own.map(({ operation }) => operation))].sort();
    const lines = operations.map((operation): InvoiceLine => {
      const bought = own.filter((purchase) => purchase.operation === operation);
      const billed = bought.filter(({ refunded }) => !refunded);
      return {
        operation,
        purchases: bought.length,
        outputs: sum(billed, ({ outputs }) => outputs),
        amount: sum(billed, amountOf),
        usd: sum(billed, ({ usd }) => usd),
        refunded: bought.length - billed.length,
      };
    });
    return {
      vendor: name,
      unit: unit ?? (inCredits ? "credits" : "usd"),
      amount: sum(lines, ({ amount }) => amount),
      usd: sum(lines, ({ usd }) => usd),
      lines,
    };
  });
}

/** Adds up in millionths: a thousand prices of a third of a cent must not drift. */
function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + Math.round(amountOf(item) * 1e6), 0) / 1e6;
}
