import type { ErrorCode } from "../../contract/error-codes.ts";
import type { GenerationStatus } from "../../contract/generation.ts";
import type { HostRequest } from "../../testing/host-request.ts";

/** What happens before the request of a case. Everything is put back after it. */
export interface Stage {
  /** Sends a request that must be taken, and gives its answer. */
  take<Answer>(request: HostRequest): Promise<Answer>;
  /** Makes a picture for `owner`, to its end. */
  makePicture(owner: string, taskId: string): Promise<GenerationStatus>;
  /** Opens a stream that stays open. */
  openStream(request: HostRequest): Promise<void>;
  /** Has a user's wallet in hand, so that nobody else gets it in time. */
  lockWallet(user: string): Promise<void>;
  takeDatabaseAway(): void;
}

/** A request that must be refused because of what was before. Add one: it is run once, on a real Postgres. */
export interface StagedCase {
  readonly name: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly prepare: (stage: Stage) => Promise<HostRequest | Request>;
  /** What `details` must say, if it matters. */
  readonly details?: Readonly<Record<string, unknown>>;
}
