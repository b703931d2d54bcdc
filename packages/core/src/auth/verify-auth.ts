import { checkedAuth } from "./checked-auth.ts";
import type { Auth } from "./port.ts";

/** Whom a team's own check has recognised. */
export interface Identity {
  /** 1 to 255 characters, none of them a control character. Take one that never changes: it owns credits and files. */
  readonly userId: string;
  /** May use the admin routes. Default false; anything but `true` is false. */
  readonly admin?: boolean;
  /** When this ends: a date, or ms since 1970. Streams end then. One of the past is refused. */
  readonly expiresAt: Date | number;
}

/**
 * Lets in whoever the team's own function recognises: sessions, cookies, API keys, another server's word.
 *
 * The function sees a request's address, method and headers, and no body: that is read later, and once. `null` says that
 * nobody is signed in. It may throw `new AppError("token_expired")` or `"invalid_token"`; whatever else it throws, and
 * not answering for 10 s, is an outage of its own: 503, with the reason in the log alone.
 *
 * @throws Error - it is given no function.
 * @throws AppError, on a request: `unauthenticated`, `token_expired`, `invalid_token`, `unavailable`.
 *
 * @example
 * const auth = verifyAuth(async (request) => {
 *   const session = await sessions.find(request.headers.get("cookie"));
 *   return session && { userId: session.userId, expiresAt: session.endsAt };
 * });
 */
export function verifyAuth(verify: (request: Request) => Promise<Identity | null> | Identity | null): Auth {
  if (typeof verify !== "function") throw new Error("verifyAuth: give it a function that tells who asks");
  return checkedAuth(({ url, method, headers, signal }) =>
    verify(new Request(url, { method, headers, signal })),
  );
}
