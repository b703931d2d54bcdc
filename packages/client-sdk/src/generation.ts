import type { CallOptions } from "./client.ts";
import type { GenerationError } from "./errors.ts";
import type { Cancelled, GenerationStatus } from "./wire.ts";

/** How a generation ended. */
export type Settled<Result> = { ok: true; result: Result } | { ok: false; error: GenerationError };

/** One AI step: watch it, wait for it, stop it. It runs on the server whether anybody watches or not. */
export interface Generation<Result> {
  readonly id: string;
  /** Known at once after `generate`; after `generation(id)`, from the first status on. */
  readonly taskId: string | undefined;
  /** What is true now. */
  status(options?: CallOptions): Promise<GenerationStatus>;
  /**
   * Every change until the end, beginning with what is true now. Each version comes at most once, in order, and
   * progress never falls; the final one is the last.
   *
   * Streams where it can, else polls, and gets over interruptions by itself. Each call is a watch of its own.
   * Rejects only where trying again is useless, e.g. `not_found` or `unauthenticated`; ends quietly when `signal`
   * is aborted.
   */
  updates(options?: CallOptions): AsyncIterable<GenerationStatus>;
  /** Waits for the end. Rejects with a `GenerationError` where there is no result. */
  result(options?: CallOptions): Promise<Result>;
  /** Waits for the end, and tells a failed or cancelled generation as a value. */
  settled(options?: CallOptions): Promise<Settled<Result>>;
  /** Asks for the end. A vendor that cannot stop runs to its end and is charged as delivered: look at `status`. */
  cancel(options?: CallOptions): Promise<Cancelled>;
  /** Starts a new generation with the same input, for its price. Never buys twice for one call. */
  retry(options?: CallOptions & { idempotencyKey?: string | undefined }): Promise<Generation<Result>>;
}
