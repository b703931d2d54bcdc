import type { State } from "./state.ts";

/** One paid job that a vendor accepted: what would stand on its invoice. */
export interface Purchase {
  readonly vendor: string;
  /** The vendor's own id of the job, or of the answer where it has no jobs. */
  readonly purchase_id: string;
  /** What was bought, e.g. `images/edits` or `image_to_model`. */
  readonly operation: string;
  /**
   * What the buyer called this request: `X-Client-Request-Id` or `X-Request-ID`, else `[[reference:…]]` within the prompt,
   * else the end-user field.
   */
  readonly client_reference: string | null;
  /** SHA-256 of the body's content; the same for the same input, whatever the encoding's boundaries. */
  readonly request_digest: string;
  /** Outputs asked for. */
  readonly outputs: number;
  /** Price in the vendor's own credits, where it has them. */
  readonly credits: number | null;
  /** What the vendor counted for it, where it bills by tokens. */
  readonly tokens?: number;
  /** Price in US dollars. */
  readonly usd: number;
  /** True if the vendor gave the money back, because the job failed. */
  readonly refunded: boolean;
  /** ISO 8601. */
  readonly created_at: string;
}

/** The vendors' books. */
export interface Purchases {
  record(purchase: Purchase): void;
  /** Marks a purchase as given back; unknown ids are ignored. */
  refund(purchaseId: string): void;
  all(): readonly Purchase[];
}

/** Opens the books in the given state. */
export function createPurchases(state: State): Purchases {
  const purchases = state.collection<Purchase>("purchases");
  return {
    record: (purchase) => purchases.set(purchase.purchase_id, purchase),
    refund(purchaseId) {
      const purchase = purchases.get(purchaseId);
      if (purchase) purchases.set(purchaseId, { ...purchase, refunded: true });
    },
    all: () => purchases.all(),
  };
}

/** Counts purchases per client reference; those without one are under the empty string. */
export function countByReference(purchases: readonly Purchase[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { client_reference } of purchases) {
    const key = client_reference ?? "";
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Counts purchases whose content and reference were bought before. Those without a reference may be meant. */
export function countDoubles(purchases: readonly Purchase[]): number {
  const named = purchases.filter(({ client_reference }) => client_reference !== null);
  const kinds = named.map((one) => `${one.vendor}/${one.client_reference}/${one.request_digest}`);
  return kinds.length - new Set(kinds).size;
}
