import { useEffect, useState } from "react";

/** The stand-in for the vendors, where the server's local mode has one and lets the page steer it. */
export interface Simulator {
  /** Where its own page is: all faults, and everything that happened. */
  url: string;
  /** What the next purchase meets. `null` is nothing unusual. */
  arm: (fault: Fault | null) => Promise<void>;
  /** What is true at this moment. */
  look: () => Promise<Desk>;
}

export interface Fault {
  kind: string;
  [option: string]: unknown;
}

/** One request that reached a vendor, or a notice that it sent. */
export interface Passed {
  method: string;
  path: string;
  /** 0 where the connection ended without an answer. */
  status: number;
  at: string;
  ms: number;
  fault: string | null;
}

export interface Desk {
  /** What was bought, for how many wishes, and how often one was bought twice. */
  bought: number;
  asked: number;
  twice: number;
  /** The kind of fault that the next purchase meets. */
  armed: string | null;
  /** The last requests, newest first. */
  passed: readonly Passed[];
}

const passedMax = 8;

/** `null` without one: never in production. */
export function useSimulator(): Simulator | null {
  const [simulator, setSimulator] = useState<Simulator | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const look = async () => {
      try {
        const answer = await fetch("/dev/simulator", { signal: stop.signal });
        if (!answer.ok) return;
        const { admin, url } = (await answer.json()) as { admin?: unknown; url?: unknown };
        // Only a path of this server: the page asks no other host.
        if (typeof admin === "string" && /^\/[^/]/.test(admin)) setSimulator(simulatorAt(admin, String(url)));
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

function simulatorAt(admin: string, url: string): Simulator {
  const ask = async <T>(path: string): Promise<T> => (await fetch(`${admin}/${path}`)).json() as T;
  return {
    url,
    async arm(fault) {
      await fetch(`${admin}/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ rules: fault ? [fault] : [] }),
      });
    },
    async look() {
      const [books, faults, traffic] = await Promise.all([
        ask<{ total: number; bought_twice: number; by_client_reference: Record<string, number> }>(
          "purchases?last=1",
        ),
        ask<{ rules: { kind: string; hits: number; times?: number | null }[] }>("faults"),
        ask<{ requests: Passed[] }>(`traffic?last=${passedMax}`),
      ]);
      const waiting = faults.rules.find(({ hits, times = 1 }) => times === null || hits < times);
      return {
        bought: books.total,
        asked: wishesIn(books.by_client_reference),
        twice: books.bought_twice,
        armed: waiting?.kind ?? null,
        passed: traffic.requests.toReversed(),
      };
    },
  };
}

/** Requests with one reference are one wish; a vendor that takes no reference cannot tell them apart. */
function wishesIn(purchases: Readonly<Record<string, number>>): number {
  const { "": unnamed = 0, ...named } = purchases;
  return unnamed + Object.keys(named).length;
}

const everyMs = 1000;

/** Looks once a second, while somebody looks. */
export function useDesk(simulator: Simulator): { desk: Desk | null; refresh: () => void } {
  const [desk, setDesk] = useState<Desk | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    // Read, so that `refresh` looks at once.
    void round;
    let timer = 0;
    let over = false;
    const look = async () => {
      try {
        const now = await simulator.look();
        if (!over) setDesk(now);
      } catch {
        // It may be away on purpose: one of its faults closes its port. The next look tells.
      }
      if (!over) timer = window.setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [simulator, round]);
  return { desk, refresh: () => setRound((value) => value + 1) };
}
