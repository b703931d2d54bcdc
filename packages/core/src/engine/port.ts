/** What an engine wakes. */
export interface Worker {
  /** Moves one generation on. Safe for any id, any number of times, from anywhere. Never rejects for a generation's own failure. */
  advance(generationId: string): Promise<void>;
  /** Finds what is due, abandoned or overdue; resolves to the ids to advance. */
  sweep(): Promise<readonly string[]>;
}

/** What wakes the state machine up. A wake-up is a hint: lost, doubled and late ones change nothing but timing. */
export interface Engine {
  start(worker: Worker): void;
  /** Never rejects: a failure to wake is logged and left to the sweep. */
  wake(generationId: string, delayMs: number): void;
  /** Takes nothing new and waits up to `graceMs` for what is running. */
  stop(graceMs: number): Promise<void>;
}
