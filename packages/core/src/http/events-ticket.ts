import type { Principal } from "../auth/port.ts";
import { AppError } from "../errors/app-error.ts";
import type { SignedText } from "../shared/signed-text.ts";

const purpose = "events-ticket";
const validMs = 60_000;

/** Opens one stream where headers cannot be set: an access token in a URL would end up in logs. */
export async function issueTicket(signedText: SignedText, principal: Principal, id: string) {
  const expiresAt = Math.min(Date.now() + validMs, principal.expiresAt);
  const ticket = await signedText.sign(purpose, [principal.userId, id, expiresAt, principal.expiresAt]);
  return { ticket, expires_at: new Date(expiresAt).toISOString() };
}

/**
 * Who the ticket was given to. The stream it opens ends when that user's own token would.
 *
 * @throws AppError `invalid_token` - not one of ours, or for another id.
 * @throws AppError `token_expired` - older than 60 s.
 */
export async function redeemTicket(signedText: SignedText, ticket: string, id: string): Promise<Principal> {
  const value = await signedText.verify(purpose, ticket);
  if (!Array.isArray(value) || value[1] !== id) throw new AppError("invalid_token");
  if (Number(value[2]) <= Date.now()) throw new AppError("token_expired");
  return { userId: String(value[0]), admin: false, expiresAt: Number(value[3]) };
}
