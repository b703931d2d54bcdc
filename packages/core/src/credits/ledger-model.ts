/** The plainest ledger there is, for tests to compare with: one wallet, no lots that expire, no database. */
export class LedgerModel {
  posted = 0;
  spent = 0;
  private readonly holds = new Map<
    string,
    { amount: number; state: "open" | "captured" | "released"; captured: number }
  >();

  get held(): number {
    return [...this.holds.values()]
      .filter((hold) => hold.state === "open")
      .reduce((sum, hold) => sum + hold.amount, 0);
  }

  get available(): number {
    return this.posted - this.held;
  }

  grant(amount: number): string {
    if (!isAmount(amount, 1)) return "invalid_amount";
    this.posted += amount;
    return "ok";
  }

  hold(key: string, amount: number): string {
    if (!isAmount(amount, 1)) return "invalid_amount";
    const known = this.holds.get(key);
    if (known !== undefined) return known.amount === amount ? "ok" : "idempotency_key_reused";
    if (this.available < amount) return "insufficient_credits";
    this.holds.set(key, { amount, state: "open", captured: 0 });
    return "ok";
  }

  capture(key: string, amount: number): string {
    const hold = this.holds.get(key);
    if (!isAmount(amount, 0)) return "invalid_amount";
    if (hold === undefined) return "not_found";
    if (hold.state !== "open")
      return hold.state === "captured" && hold.captured === amount ? "ok" : "hold_already_settled";
    if (amount > hold.amount) return "capture_exceeds_hold";
    Object.assign(hold, { state: "captured", captured: amount });
    this.posted -= amount;
    this.spent += amount;
    return "ok";
  }

  release(key: string): string {
    const hold = this.holds.get(key);
    if (hold === undefined) return "not_found";
    if (hold.state !== "open") return hold.state === "released" ? "ok" : "hold_already_settled";
    hold.state = "released";
    return "ok";
  }
}

function isAmount(amount: number, least: number): boolean {
  return Number.isSafeInteger(amount) && amount >= least;
}
