/** Whether everything that is being watched is in touch with the server. */
export type ConnectionState =
  | { readonly state: "open" }
  /** `retryAtMs` is in ms since 1970: count down to it. `null` while a try is under way. */
  | { readonly state: "reconnecting"; readonly retryAtMs: number | null };

/**
 * For a banner: "Reconnecting, next try in 3 s. Try now." Nothing is missed meanwhile: the generations run on, and
 * every watch takes up where it left off.
 */
export interface Connection {
  /** The same object until it changes, as `useSyncExternalStore` wants it. */
  current(): ConnectionState;
  /** Tells of every change. Returns the way to stop. */
  subscribe(listener: (state: ConnectionState) => void): () => void;
  /** Ends the waiting of everything that is about to try again. */
  retryNow(): void;
}

/** The connection as one watch has it. */
export interface Presence {
  /** It is in touch. True: it was not before. */
  opened(): boolean;
  /** It lost touch, and tries again after `delayMs`, on `retryNow()`, or when the device comes back online. */
  waitToRetry(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
  /** It is over. */
  left(): void;
}

const open: ConnectionState = { state: "open" };

/** Joins the connections of all watches of one client into one state. */
export function createConnection(): Connection & { join(): Presence } {
  const listeners = new Set<(state: ConnectionState) => void>();
  const wakers = new Set<() => void>();
  /** Watches out of touch, and when they try again. */
  const lost = new Map<Presence, number | null>();
  let state: ConnectionState = open;

  const update = () => {
    const times = [...lost.values()].filter((time) => time !== null);
    const retryAtMs = times.length > 0 ? Math.min(...times) : null;
    const next: ConnectionState = lost.size === 0 ? open : { state: "reconnecting", retryAtMs };
    const same =
      next.state === state.state &&
      (next.state === "open" || state.state === "open" || next.retryAtMs === state.retryAtMs);
    if (same) return;
    state = next;
    for (const listener of listeners) listener(state);
  };
  const retryNow = () => {
    for (const wake of [...wakers]) wake();
  };

  const waitUntilWoken = (delayMs: number, signal: AbortSignal | undefined, onWake: () => void) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        onWake();
        clearTimeout(timer);
        wakers.delete(wake);
        if (wakers.size === 0) globalThis.removeEventListener?.("online", retryNow);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      wakers.add(wake);
      globalThis.addEventListener?.("online", retryNow);
      signal?.addEventListener("abort", wake);
      if (signal?.aborted) wake();
    });

  const join = (): Presence => {
    const presence: Presence = {
      opened() {
        const was = lost.delete(presence);
        update();
        return was;
      },
      waitToRetry(delayMs, signal) {
        const set = (retryAtMs: number | null) => {
          lost.set(presence, retryAtMs);
          update();
        };
        set(Date.now() + delayMs);
        return waitUntilWoken(delayMs, signal, () => set(null));
      },
      left() {
        lost.delete(presence);
        update();
      },
    };
    return presence;
  };

  return {
    current: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retryNow,
    join,
  };
}
