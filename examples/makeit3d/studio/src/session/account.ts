import { keepSession, type Session } from "./session.ts";

/** How this studio's server takes people in: by an account, or by a name alone, on a laptop. */
export type WayIn = "account" | "name";

const login = "/api/auth/login";

/**
 * Asks the BFF whether it signs people in: a route of its that is asked by the wrong method names the right one. Its
 * contract says it as well, in half a megabyte.
 *
 * @throws Error - it cannot be reached, or is not ready yet.
 */
export async function findWayIn(signal: AbortSignal): Promise<WayIn> {
  const { status } = await fetch(login, { signal, cache: "no-store" });
  if (status === 405) return "account";
  if (status === 404) return "name";
  throw new Error("The studio is not ready.");
}

/** What people sign in with. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/**
 * Opens the session of an account, and keeps it until it ends. Its refresh token is not kept: the BFF renews no session.
 *
 * @throws Refusal - says why, to people.
 */
export async function logIn(account: Account): Promise<Session> {
  const { access_token, user_id, expires_at } = await post<{
    access_token: string;
    user_id: string;
    expires_at: string;
  }>(login, account);
  const session = {
    name: account.email,
    userId: user_id,
    accessToken: access_token,
    expiresAt: expires_at,
  };
  keepSession(session);
  return session;
}

/**
 * Makes an account, and says what comes next: the answer is the same for an address that has one.
 *
 * @throws Refusal - says why, to people.
 */
export async function signUp(account: Account): Promise<"confirm_email" | "log_in"> {
  const { next } = await post<{ next: "confirm_email" | "log_in" }>("/api/auth/signup", account);
  return next;
}

/** Why somebody does not come in, in the server's own words for people. */
export class Refusal extends Error {}

async function post<Answer>(path: string, { email, password }: Account): Promise<Answer> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: email.trim(), password }),
  });
  const body = (await answer.json().catch(() => ({}))) as Answer & { message?: unknown };
  if (answer.ok) return body;
  throw new Refusal(typeof body.message === "string" ? body.message : "That did not work. Please try again.");
}
