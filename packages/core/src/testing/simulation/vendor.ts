import type { World } from "./world.ts";

/** How a vendor works, and whether it can be asked about what got lost. */
export type VendorKind =
  /** Answers at once and keeps nothing. */
  | "sync"
  /** Works by jobs, lists them, can stop them and tells when they end. */
  | "jobs"
  /** Works by jobs that only their number names. */
  | "jobs without lookup";

/** How long a link to an output works, from when it was handed out. */
export const linkMs = 60_000;

/** Something that was bought. */
export interface Sale {
  readonly number: number;
  /** The vendor's name for it. */
  readonly key: string;
  readonly generationId: string;
  readonly attempt: number;
  /** What was asked for, as text: equal texts are interchangeable. */
  readonly request: string;
  readonly kind: "image" | "model" | "json";
  readonly outputs: number;
  readonly at: number;
  readonly readyAt: number;
  /** What becomes of it; `partial` delivers all but the last. */
  readonly fate: "done" | "partial" | "failed" | "moderated";
  stopped: boolean;
}

/** What is asked of a vendor. */
export type Order = Pick<Sale, "generationId" | "attempt" | "request" | "kind" | "outputs">;

/** A vendor's own side: what it sold, whoever lives or dies with us. */
export interface Vendor {
  readonly name: string;
  readonly kind: VendorKind;
  readonly sales: readonly Sale[];
  sell(order: Order): Sale;
  find(key: string): Sale | undefined;
  /** Whether we owe for it: it was not stopped in time, and did not fail. */
  isOwed(sale: Sale): boolean;
  /** Called at every sale. */
  onSale?: (sale: Sale) => void;
}

/** Opens a vendor. */
export function openVendor(world: World, name: string, kind: VendorKind): Vendor {
  const { luck, time, tell } = world;
  const sales: Sale[] = [];
  const vendor: Vendor = {
    name,
    kind,
    sales,
    sell(order) {
      const number = sales.length + 1;
      const fate =
        luck.trouble({ failed: 8, moderated: 12, partial: order.outputs > 1 ? 4 : 1_000_000 }) ?? "done";
      // Some take longer than anybody waits.
      const workMs = luck.badly(12) ? luck.between(200_000, 900_000) : luck.between(500, 40_000);
      const key = `${name}-${number}`;
      const sale: Sale = {
        ...order,
        number,
        key,
        at: time.now(),
        readyAt: time.now() + workMs,
        fate,
        stopped: false,
      };
      sales.push(sale);
      tell(name, `sells ${key} to ${order.generationId} attempt ${order.attempt}: ${fate} in ${workMs} ms`);
      vendor.onSale?.(sale);
      return sale;
    },
    find: (key) => sales.find((sale) => sale.key === key),
    isOwed: (sale) => !sale.stopped && (sale.fate === "done" || sale.fate === "partial"),
  };
  return vendor;
}
