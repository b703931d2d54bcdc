/** Who asks. */
export interface Principal {
  readonly userId: string;
  /** May use the admin routes. */
  readonly admin: boolean;
  /** When the proof ends, in ms since 1970; streams end then. */
  readonly expiresAt: number;
}

/** Tells who asks, or throws `unauthenticated`, `token_expired` or `invalid_token`. There is no default that lets everybody in. */
export interface Auth {
  authenticate(request: Request): Promise<Principal>;
}
