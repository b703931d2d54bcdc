import type { Draft } from "./draft.ts";
import type { Answered } from "./judge.ts";

/** What was taken: everything else must have left nothing. */
export interface Taken {
  readonly generations: Set<string>;
  readonly uploads: Set<string>;
  /** `user key` of each start that claimed an idempotency key. */
  readonly keys: Set<string>;
  /** Paths of signed uploads that were written. */
  readonly writes: Set<string>;
  readonly webhooks: () => number;
  /** Reads out of an answer what there is from now on. */
  note(answered: Answered, draft: Draft, user: string): void;
}

/** Opens the book of what was taken. */
export function openTaken(): Taken {
  let webhooks = 0;
  const taken: Taken = {
    generations: new Set(),
    uploads: new Set(),
    keys: new Set(),
    writes: new Set(),
    webhooks: () => webhooks,
    note({ method, url, status, headers, text }, draft, user) {
      if (status >= 300) return;
      if (method === "PUT") taken.writes.add(new URL(url).pathname);
      if (method !== "POST") return;
      const said = JSON.parse(text) as Record<string, unknown>;
      if (said.received === true) webhooks += 1;
      if (typeof said.input_asset_id === "string") taken.uploads.add(said.input_asset_id);
      if (typeof said.generation_id !== "string") return;
      const isNew = !taken.generations.has(said.generation_id) && !headers.has("idempotency-replayed");
      taken.generations.add(said.generation_id);
      const key = new Headers([...draft.headers]).get("idempotency-key");
      if (isNew && key !== null) taken.keys.add(`${user} ${key}`);
    },
  };
  return taken;
}
