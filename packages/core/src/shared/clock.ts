/**
 * Time as one process sees it. It only paces: what is written is dated by the database's own clock.
 *
 * A port, so that the simulation can hand out hours in milliseconds. What speaks to the outside by the wall clock (the
 * time a request's body may take, a download, the dates of signed links and tokens) stays with the system.
 */
export interface Clock {
  /** Ms since 1970, as the wall says; may jump in both directions. */
  now(): number;
  /** Ms since some moment; never goes back. */
  monotonic(): number;
  /** Calls back once; returns the function that calls it off. */
  after(delayMs: number, callback: () => void): () => void;
  /** Calls back again and again; returns the function that ends it. */
  every(periodMs: number, callback: () => void): () => void;
  /** Aborted after this, with a `TimeoutError`. */
  timeout(delayMs: number): AbortSignal;
}

/** The longest that Node's timers take; what is planned for later is found by the sweep. */
const delayMaxMs = 2_000_000_000;

/** The machine's own. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, delayMaxMs));
    return () => clearTimeout(timer);
  },
  every(periodMs, callback) {
    const timer = setInterval(callback, periodMs);
    return () => clearInterval(timer);
  },
  timeout: (delayMs) => AbortSignal.timeout(delayMs),
};
