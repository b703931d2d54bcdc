/** One request that reached the simulator. Never holds keys, bodies or link signatures. */
export interface TrafficEntry {
  readonly vendor: string;
  readonly method: string;
  /** Path without the query, which may carry a signature. */
  readonly path: string;
  /** HTTP status, or 0 where the connection ended without an answer. */
  readonly status: number;
  /** ISO 8601. */
  readonly at: string;
  /** Milliseconds until the answer began. */
  readonly ms: number;
  /** True for a paid request whose content and reference were already bought: a double purchase. */
  readonly duplicate: boolean;
  /** The fault that was acted out, if any. */
  readonly fault: string | null;
  /** True for a webhook, which the vendor sent to us; its path is the address without what may be secret in it. */
  readonly outgoing?: true;
}

/** A webhook that a vendor has sent, or tried to. */
export type Delivery = Pick<TrafficEntry, "vendor" | "path" | "status" | "at" | "ms" | "fault">;

/** The last requests, oldest first. */
export interface Traffic {
  record(entry: TrafficEntry): void;
  all(): readonly TrafficEntry[];
  /** How many there were since the start. */
  total(): number;
}

/** Keeps the last `limit` requests. */
export function createTraffic(limit = 1000): Traffic {
  const entries: TrafficEntry[] = [];
  let total = 0;
  return {
    record(entry) {
      entries.push(entry);
      total += 1;
      if (entries.length > limit) entries.shift();
    },
    all: () => [...entries],
    total: () => total,
  };
}
