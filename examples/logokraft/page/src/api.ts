/** An asset, as the stream tells it. */
export interface Asset {
  readonly id: string;
  readonly parent_asset_id: string | null;
  readonly asset_type: "logo_concept" | "logo_refinement";
  readonly status: "pending" | "generating" | "completed" | "failed";
  readonly asset_url: string | null;
  readonly generation_prompt: string | null;
  readonly progress: number;
  readonly error: { readonly error: string; readonly message: string } | null;
}

const tokenKey = "logokraft-token";

export const session = {
  get token() {
    return localStorage.getItem(tokenKey);
  },
  enter: (token: string) => localStorage.setItem(tokenKey, token),
  leave: () => localStorage.removeItem(tokenKey),
};

/** A refusal, with the sentence that people read. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the API as whoever is signed in. The key makes it safe to send the same again. */
export async function ask<Answer>(path: string, body?: FormData | object, key?: string): Promise<Answer> {
  const isForm = body instanceof FormData;
  const headers = new Headers();
  if (session.token) headers.set("authorization", `Bearer ${session.token}`);
  if (body && !isForm) headers.set("content-type", "application/json");
  if (key) headers.set("idempotency-key", key);
  const init = body ? { method: "POST", body: isForm ? body : JSON.stringify(body) } : {};
  const answer = await fetch(path, { headers, ...init });
  const told = (await answer.json()) as { message?: string };
  if (!answer.ok) throw new Refused(answer.status, told.message ?? "That did not work.");
  return told as Answer;
}
