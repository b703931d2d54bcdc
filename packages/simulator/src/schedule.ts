/** What is to happen later: timers that do not keep the process alive and stop with the simulator. */
export interface Schedule {
  /** Does it at that moment, in milliseconds since 1970, or soon if that is past. */
  at(ms: number, action: () => Promise<void>): void;
  /** From here on things happen: what was due before waits for it. */
  start(): void;
  /** Forgets everything that has not begun. */
  stop(): void;
}

// Longer waits overflow the timer and would strike at once.
const longestMs = 2 ** 31 - 1;

/** An empty schedule. */
export function createSchedule(now: () => number): Schedule {
  const timers = new Set<NodeJS.Timeout>();
  let phase: "waiting" | "open" | "stopped" = "waiting";
  let early: (() => void)[] = [];
  const at = (ms: number, action: () => Promise<void>): void => {
    if (phase === "stopped") return;
    if (phase === "waiting") {
      early.push(() => at(ms, action));
      return;
    }
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        // Timers may strike a millisecond early by the clock that jobs are judged by.
        if (now() < ms) at(ms, action);
        else void action();
      },
      Math.min(longestMs, Math.max(0, ms - now())),
    );
    timer.unref();
    timers.add(timer);
  };
  return {
    at,
    start() {
      phase = "open";
      for (const begin of early) begin();
      early = [];
    },
    stop() {
      phase = "stopped";
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
