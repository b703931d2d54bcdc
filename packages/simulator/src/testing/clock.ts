import { vi } from "vitest";

/** A clock that stands still until it is told to go on. For tests of jobs: nothing depends on how fast the machine is. */
export interface Clock {
  forward(ms: number): void;
}

/** Stops `Date`, and nothing else; to be called before a simulator is started. Timers go on. */
export function stopClock(): Clock {
  vi.useFakeTimers({ toFake: ["Date"] });
  return {
    forward: (ms) => {
      vi.setSystemTime(Date.now() + ms);
    },
  };
}
