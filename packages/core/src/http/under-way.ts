import type { Clock } from "../shared/clock.ts";

/** The requests that a process is answering. */
export interface UnderWay {
  /** Counts a request until its answer begins; a body that still flows needs no database. */
  add<Answer>(answer: Promise<Answer>): Promise<Answer>;
  /** Resolves when all of them are answered, and after `graceMs` whatever is not. */
  answered(graceMs: number): Promise<void>;
}

/** Makes the count: a process that stops lets those finish that it has begun. */
export function createUnderWay(clock: Clock): UnderWay {
  const open = new Set<Promise<unknown>>();
  return {
    add(answer) {
      open.add(answer);
      const leave = () => open.delete(answer);
      void answer.then(leave, leave);
      return answer;
    },
    async answered(graceMs) {
      const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
      const callOff = clock.after(graceMs, resolve);
      await Promise.race([Promise.allSettled(open), graceIsOver]);
      callOff();
    },
  };
}
