import type { FaultRule, Invoice, Purchase } from "@genbff/simulator";

/** The vendors behind an address, wherever they run: asked by their own developer's routes. */
export interface SimulatedVendors {
  readonly url: string;
  purchases(): Promise<readonly Purchase[]>;
  invoices(): Promise<readonly Invoice[]>;
  setFaults(rules: readonly FaultRule[]): Promise<void>;
  /** How often each kind of fault struck. */
  strikes(): Promise<ReadonlyMap<string, number>>;
}

/** Asks a simulator. */
export function atSimulator(url: string): SimulatedVendors {
  async function ask<Answer>(path: string, body?: object): Promise<Answer> {
    const asked = body && {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    };
    const answer = await fetch(`${url}/_/${path}`, asked);
    if (!answer.ok) throw new Error(`the simulator: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }
  return {
    url,
    purchases: async () => (await ask<{ purchases: Purchase[] }>("purchases")).purchases,
    invoices: async () => (await ask<{ invoices: Invoice[] }>("invoice")).invoices,
    setFaults: async (rules) => void (await ask("faults", { rules })),
    async strikes() {
      const { rules } = await ask<{ rules: { kind: string; hits: number }[] }>("faults");
      const strikes = new Map<string, number>();
      for (const { kind, hits } of rules) strikes.set(kind, (strikes.get(kind) ?? 0) + hits);
      return strikes;
    },
  };
}
