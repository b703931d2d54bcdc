import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { FaultRule } from "../../../packages/simulator/src/faults/rule.ts";
import type { Purchase } from "../../../packages/simulator/src/purchases.ts";

/** The simulated vendors, and what they would bill. */
export interface Vendors {
  readonly url: string;
  purchases(): Promise<readonly Purchase[]>;
  /** How many requests met a fault. */
  faults(): Promise<number>;
  close(): void;
}

const always = (probability: number, rule: FaultRule): FaultRule => ({ times: null, probability, ...rule });

/** About one submission in eight goes wrong, and one download in thirty. */
export const mishaps: readonly FaultRule[] = [
  always(0.02, { vendor: "openai", kind: "drop_after_accept" }),
  always(0.02, { vendor: "openai", kind: "drop_before_accept" }),
  always(0.01, { vendor: "openai", kind: "server_error", accepted: true }),
  always(0.02, { vendor: "openai", kind: "rate_limited", retryAfter: 1 }),
  always(0.02, { vendor: "openai", kind: "truncated_body" }),
  always(0.01, { vendor: "openai", kind: "nonsense" }),
  always(0.01, { vendor: "openai", kind: "moderated" }),
  always(0.02, { vendor: "tripo", kind: "drop_after_accept" }),
  always(0.02, { vendor: "tripo", kind: "drop_before_accept" }),
  always(0.01, { vendor: "tripo", kind: "server_error", accepted: true }),
  always(0.01, { vendor: "tripo", kind: "server_error" }),
  always(0.02, { vendor: "tripo", kind: "rate_limited", retryAfter: 1, variant: "rate" }),
  always(0.01, { vendor: "tripo", kind: "nonsense", variant: "missing_id" }),
  always(0.01, { vendor: "tripo", kind: "job_failed" }),
  always(0.01, { vendor: "tripo", kind: "link_expired" }),
  // A search for a lost answer reads up to sixty tasks.
  always(0.005, { vendor: "tripo", kind: "server_error", on: "read" }),
  always(0.03, { vendor: "tripo", kind: "truncated_body", on: "media" }),
];

/** How they are. */
export interface VendorsSetting {
  readonly seed: number;
  /** A job at the vendor of models. */
  readonly jobMs: number;
  /** A picture at its vendor. */
  readonly latencyMs: number;
  readonly faults: readonly FaultRule[];
}

/** Starts them in a process of their own. */
export async function startVendors({ seed, jobMs, latencyMs, faults }: VendorsSetting): Promise<Vendors> {
  const script = fileURLToPath(new URL("vendors-process.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=@genbff/source", script, ...[seed, jobMs, latencyMs].map(String)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const [address] = (await once(child.stdout, "data")) as [Buffer];
  const url = address.toString().trim();
  const ask = async <Answer>(path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${url}/_/${path}`, {
      ...(body && {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    if (!answer.ok) throw new Error(`the simulator: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  await ask("faults", { rules: faults });
  return {
    url,
    purchases: async () => (await ask<{ purchases: Purchase[] }>("purchases")).purchases,
    async faults() {
      const { rules } = await ask<{ rules: { hits: number }[] }>("faults");
      return rules.reduce((sum, { hits }) => sum + hits, 0);
    },
    close: () => void child.kill(),
  };
}
