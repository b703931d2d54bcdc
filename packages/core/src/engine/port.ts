import type { Logger } from "../shared/logger.ts";

/** How far one call may go, on a host that ends or freezes what takes too long. */
export interface AdvanceLimits {
  /**
   * After this what can be done again (making ready, a poll, a download) is broken off and given back, and its
   * generation is woken again. Nothing is bought that may take longer. Default: no limit.
   */
  readonly budgetMs?: number | undefined;
  /** Whether a vendor may be asked that answers only when its work is done, after minutes. Default true. */
  readonly longCalls?: boolean | undefined;
}

/** What an engine wakes. */
export interface Worker {
  /** Moves one generation on. Safe for any id, any number of times, from anywhere. Never rejects for a generation's own failure. */
  advance(generationId: string, limits?: AdvanceLimits): Promise<void>;
  /** Finds what is due, abandoned or overdue; resolves to the ids to advance. Tidying up ends after `budgetMs`. */
  sweep(limits?: Pick<AdvanceLimits, "budgetMs">): Promise<readonly string[]>;
}

/** What `createBff` hands to an engine before it starts. */
export interface EngineParts {
  /** Told nothing secret: what it is given is redacted. */
  readonly logger: Logger;
  /** `limits.sweepMs`. */
  readonly sweepMs: number;
}

/** What wakes the state machine up. A wake-up is a hint: lost, doubled and late ones change nothing but timing. */
export interface Engine {
  /** Called once, before `start`. */
  configure?(parts: EngineParts): void;
  start(worker: Worker): void;
  /** Never rejects: a failure to wake is logged and left to the sweep. */
  wake(generationId: string, delayMs: number): void;
  /** Takes nothing new and waits up to `graceMs` for what is running. */
  stop(graceMs: number): Promise<void>;
  /** Tells the other processes that something of this task has changed: a hint, like a wake-up. Never throws. */
  tellOthers?(taskId: string): void;
  /** Calls back on what other processes tell, and on no word of our own; returns the function that ends it. */
  onChanged?(handler: (taskId: string) => void): () => void;
  /** Resolves when everything that it has begun to send is sent, or has failed. Absent where a wake-up is never under way. */
  settled?(): Promise<void>;
  /** Somebody asks how it is and it has not ended. For engines without a worker, which take this for a wake-up. */
  asked?(generationId: string): void;
}
