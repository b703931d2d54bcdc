/** Who is here, and the right to ask. Kept in this browser until they leave. */
export interface Session {
  readonly name: string;
  readonly userId: string;
  readonly accessToken: string;
  /** ISO 8601, of an account's session; one that was opened by a name is simply opened again. */
  readonly expiresAt?: string;
}

const place = "studio-session";

/** The session of the last visit, if there is one that has not ended. */
export function readSession(): Session | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "null");
    return isSession(kept) && !hasEnded(kept) ? kept : null;
  } catch {
    return null; // Storage is forbidden, or holds something else: sign in again.
  }
}

/** Signs in by name alone: the server allows it only in its local mode. */
export async function openSession(name: string): Promise<Session> {
  const answer = await fetch("/dev/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: userOf(name) }),
  });
  if (!answer.ok) throw new Error("This studio takes nobody in by name. Ask who runs it.");
  const { access_token, user_id } = (await answer.json()) as { access_token: string; user_id: string };
  const session = { name, userId: user_id, accessToken: access_token };
  keepSession(session);
  return session;
}

/** Forgets who was here. What they made stays on the server. */
export function closeSession(): void {
  try {
    localStorage.removeItem(place);
  } catch {
    return; // Storage is forbidden: nothing was kept.
  }
}

/** "Ada" and "ada " are one person; what is no letter, digit or one of `_.@-` becomes a dash. */
function userOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_.@-]+/gu, "-")
    .slice(0, 64);
}

/** For the next visit. */
export function keepSession(session: Session): void {
  try {
    localStorage.setItem(place, JSON.stringify(session));
  } catch {
    return; // Storage is forbidden: the session lasts as long as the page.
  }
}

function isSession(value: unknown): value is Session {
  if (typeof value !== "object" || value === null) return false;
  const { name, userId, accessToken, expiresAt = "" } = value as Record<string, unknown>;
  return [name, userId, accessToken, expiresAt].every((text) => typeof text === "string");
}

/** By this machine's clock; the server has the last word. */
function hasEnded({ expiresAt }: Session): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.now();
}
