import type { Finding } from "../shared/finding.ts";
import type { Logger } from "../shared/logger.ts";

/** Who asks. */
export interface Principal {
  /** 1 to 255 characters, none of them a control character. Whoever has the same id is the same user. */
  readonly userId: string;
  /** May use the admin routes. */
  readonly admin: boolean;
  /** When the proof ends, in ms since 1970; streams end then. */
  readonly expiresAt: number;
}

/** Tells who asks. There is no default that lets everybody in. */
export interface Auth {
  /**
   * @throws AppError `unauthenticated` - nothing was sent that says who it is.
   * @throws AppError `token_expired` - it was good once.
   * @throws AppError `invalid_token` - it was never good, or not here.
   * @throws AppError `unavailable` - who it is cannot be told just now: a part of the sign-in does not answer.
   */
  authenticate(request: Request): Promise<Principal>;
  /** Told once at start: where to write what operators must know. */
  configure?(host: { logger: Logger }): void;
  /** For operators: whether it could let anybody in now; with a token, also whether that one is, and why not. */
  inspect?(token?: string): Promise<readonly Finding[]>;
}
