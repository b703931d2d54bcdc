/** A lot of the model. `number` is its place in the order of making, over all wallets. */
export interface ModelLot {
  readonly number: number;
  readonly wallet: string;
  readonly source: string;
  readonly amount: number;
  readonly priority: number;
  readonly expiresAt: number | null;
  readonly createdAt: number;
  remaining: number;
  held: number;
}

/** What a hold took from one lot. */
export interface ModelPart {
  readonly lot: ModelLot;
  readonly amount: number;
  captured: number;
  refunded: number;
}

/** A hold of the model. */
export interface ModelHold {
  readonly wallet: string;
  readonly key: string;
  readonly amount: number;
  readonly reference: string;
  readonly expiresInMs: number;
  readonly createdAt: number;
  readonly parts: ModelPart[];
  state: "open" | "captured" | "released" | "expired";
  captured: number | null;
  settledAt: number | null;
}

/** A movement of the model. */
export interface ModelEntry {
  readonly kind: "grant" | "capture" | "refund" | "expiry" | "adjustment";
  readonly amount: number;
  readonly balanceAfter: number;
  readonly at: number;
  /** Of a grant or adjustment: the lot it made. */
  readonly lot: number | null;
}

/** A refusal, as the database would give it. */
export class Refusal extends Error {
  readonly code: string;
  readonly details: Record<string, string | number>;
  constructor(code: string, details: Record<string, string | number> = {}) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

/** The plainest wallet there is: sums are added up anew whenever they are asked for. */
export class ModelWallet {
  tier = "free";
  readonly entries: ModelEntry[] = [];
  readonly lots: ModelLot[] = [];
  readonly holds = new Map<string, ModelHold>();
  /** Kind and key → what was asked for, and the number of the entry that answered it. */
  readonly keys = new Map<string, { request: string; seq: number }>();
  granted = 0;
  spent = 0;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get balance(): number {
    return this.entries.reduce((sum, entry) => sum + entry.amount, 0);
  }

  get held(): number {
    return [...this.holds.values()]
      .filter((hold) => hold.state === "open")
      .reduce((sum, hold) => sum + hold.amount, 0);
  }

  available(now: number): number {
    return this.freeLots(now).reduce((sum, lot) => sum + lot.remaining - lot.held, 0);
  }

  /** What can be spent, in the order in which it burns. */
  freeLots(now: number): ModelLot[] {
    return this.lots
      .filter((lot) => lot.remaining > lot.held && (lot.expiresAt === null || lot.expiresAt > now))
      .sort(
        (a, b) =>
          a.priority - b.priority ||
          (a.expiresAt ?? Number.POSITIVE_INFINITY) - (b.expiresAt ?? Number.POSITIVE_INFINITY) ||
          a.createdAt - b.createdAt ||
          a.number - b.number,
      );
  }

  post(kind: ModelEntry["kind"], amount: number, at: number, lot: number | null = null): ModelEntry {
    const entry = { kind, amount, balanceAfter: this.balance + amount, at, lot };
    this.entries.push(entry);
    if (kind === "capture" || kind === "refund") this.spent -= amount;
    if (amount > 0 && (kind === "grant" || kind === "adjustment")) this.granted += amount;
    return entry;
  }

  /** Whether the key did the same before: the number of its entry. */
  known(kind: string, key: string, request: unknown): number | undefined {
    const known = this.keys.get(`${kind} ${key}`);
    if (known === undefined) return undefined;
    if (known.request !== JSON.stringify(request)) throw new Refusal("idempotency_key_reused");
    return known.seq;
  }

  remember(kind: string, key: string, request: unknown, seq: number): void {
    this.keys.set(`${kind} ${key}`, { request: JSON.stringify(request), seq });
  }

  /** What an ended lot has free is gone. */
  expire(lot: ModelLot, now: number): boolean {
    const free = lot.remaining - lot.held;
    if (free === 0 || lot.expiresAt === null || lot.expiresAt > now) return false;
    lot.remaining -= free;
    this.post("expiry", -free, now);
    return true;
  }
}
