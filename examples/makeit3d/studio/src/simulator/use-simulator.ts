import { useEffect, useState } from "react";

/** The stand-in for the vendors, where the server's local mode has one and lets the page steer it. */
export interface Simulator {
  /** What the next purchase meets. `null` is nothing unusual. */
  arm: (fault: Fault | null) => Promise<void>;
  /** What was bought so far, and how often one wish was bought twice. */
  count: () => Promise<{ bought: number; asked: number; twice: number }>;
}

export interface Fault {
  kind: string;
  [option: string]: unknown;
}

/** `null` without one: never in production. */
export function useSimulator(): Simulator | null {
  const [simulator, setSimulator] = useState<Simulator | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const look = async () => {
      try {
        const answer = await fetch("/dev/simulator", { signal: stop.signal });
        if (!answer.ok) return;
        const { admin } = (await answer.json()) as { admin?: unknown };
        // Only a path of this server: the page asks no other host.
        if (typeof admin === "string" && /^\/[^/]/.test(admin)) setSimulator(simulatorAt(admin));
      } catch {
        // Not offered, or not reachable: the panel is for developers, the page works without it.
        return;
      }
    };
    void look();
    return () => stop.abort();
  }, []);
  return simulator;
}

function simulatorAt(admin: string): Simulator {
  return {
    async arm(fault) {
      await fetch(`${admin}/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ rules: fault ? [fault] : [] }),
      });
    },
    async count() {
      const answer = await fetch(`${admin}/purchases`);
      const { purchases, by_client_reference } = (await answer.json()) as {
        purchases: unknown[];
        by_client_reference: Record<string, number>;
      };
      const named = Object.entries(by_client_reference).filter(([reference]) => reference !== "");
      const twice = named.filter(([, times]) => times > 1).length;
      return { bought: purchases.length, asked: named.length, twice };
    },
  };
}
