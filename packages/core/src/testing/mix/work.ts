import { randomUUID } from "node:crypto";
import { sqlStateOf } from "../../database/sql-error.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { startArguments, storedAsset } from "../generations/book.ts";
import type { Hands, Leased } from "./operation.ts";

/** What a worker is given with a lease, as far as it is looked at here. */
export interface Order {
  readonly id: string;
  readonly provider: string;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly lease_epoch: number;
  readonly step: string;
  readonly attempt_row: { readonly intent_at: string | null };
}

/** Where a worker that has just got it goes on. An intent that it finds was somebody's who died: that is never sent again. */
export function asLeased(order: Order): Leased {
  const { id, provider, attempt, max_attempts: attemptsMax, lease_epoch: epoch } = order;
  const untouched = order.attempt_row.intent_at === null ? "ready" : "lost";
  const phase = { intent: untouched, submit_unknown: "lost" }[order.step] as Leased["phase"] | undefined;
  return { id, provider, attempt, attemptsMax, epoch, phase: phase ?? "submitted" };
}

/** Takes one that is in nobody's hands, and does the next thing that a worker may do with it; or dies. */
export function workOn(hands: Hands): Promise<JsonValue> | false {
  const { pool, dice } = hands;
  const [leased] = pool.leased.splice(dice.below(Math.max(1, pool.leased.length)), 1);
  if (leased === undefined) return false;
  return steps[leased.phase](hands, leased, dice.below(10));
}

type Step = (hands: Hands, leased: Leased, drawn: number) => Promise<JsonValue>;

const held = ({ id, epoch }: Leased) => ({ p_generation_id: id, p_epoch: epoch });

const steps: Readonly<Record<Leased["phase"], Step>> = {
  async ready(hands, leased, drawn) {
    if (drawn === 0) return null; // it dies, and its lease runs out
    if (drawn === 1) return fail(hands, leased, "provider_failed");
    if (drawn === 2) return record(hands, leased, {}, 20);
    const intent = (await hands.call("genbff_intent", {
      ...held(leased),
      p_request: {},
      p_digest: "d",
    })) as { go: boolean; wait_ms?: number } | null;
    if (intent === null) return null;
    if (intent.go) hands.pool.leased.push({ ...leased, phase: "sent" });
    else if (intent.wait_ms !== undefined) return record(hands, leased, {}, intent.wait_ms);
    else return fail(hands, leased, "cancelled");
    return intent as JsonValue;
  },

  async sent(hands, leased, drawn) {
    const { dice, pool } = hands;
    if (drawn === 0) return null;
    if (drawn === 1) return record(hands, leased, { unsent: true, health: "failed" }, 20);
    if (drawn === 2 && leased.attempt < leased.attemptsMax) {
      const next = await record(hands, leased, { step: "intent", next_attempt: true, outcome: "refused" });
      if (next !== null) pool.leased.push(asLeased(next as unknown as Order));
      return next;
    }
    if (drawn === 3) return loseAnswer(hands, leased);
    // Some jobs have numbers that webhooks and orphans draw from as well.
    const job = { key: dice.below(2) === 0 ? `job-${pool.next()}` : `${leased.id}-${leased.attempt}` };
    const later = dice.below(2) === 0;
    const accepted = { step: "submitted", job, outcome: "accepted", progress: 10, health: "ok" };
    const next = await record(hands, leased, accepted, later ? 10 : undefined).catch((error: Error) => {
      if (sqlStateOf(error.cause) === "23505") return "adopted by another";
      throw error;
    });
    if (next === "adopted by another") return loseAnswer(hands, leased);
    if (next !== null && !later) pool.leased.push({ ...leased, phase: "submitted" });
    return next;
  },

  async lost(hands, leased, drawn) {
    if (drawn === 0) return null;
    if (drawn < 4) return record(hands, leased, { step: "submit_unknown" }, 20);
    if (drawn < 7) return fail(hands, leased, "submission_unknown", "unknown");
    const adopted = (await hands.call("genbff_adopt", {
      ...held(leased),
      p_candidates: [{ key: `job-${hands.dice.below(200)}` }, { key: `late-${leased.id}` }],
    })) as { adopted: boolean } | null;
    if (adopted?.adopted) hands.pool.leased.push({ ...leased, phase: "submitted" });
    return adopted as JsonValue;
  },

  async submitted(hands, leased, drawn) {
    if (drawn === 0) return null;
    if (drawn === 1) return fail(hands, leased, "provider_failed", "failed");
    if (drawn === 2) return record(hands, leased, { step: "submitted", progress: hands.dice.below(90) }, 10);
    if (drawn === 3) {
      const beaten = await hands.call("genbff_heartbeat", { ...held(leased), p_lease_ms: 2000 });
      if (beaten !== null) hands.pool.leased.push(leased);
      return beaten;
    }
    const children = hands.dice.below(6) === 0 ? [child(hands), child(hands)] : [];
    const ended = (await hands.call("genbff_finish", {
      ...held(leased),
      p_assets: [storedAsset(leased.id)],
      p_children: children,
    })) as { children?: string[] } | null;
    return ended as JsonValue;
  },
};

async function loseAnswer(hands: Hands, leased: Leased): Promise<JsonValue> {
  const next = await record(hands, leased, { step: "submit_unknown", outcome: "unknown" });
  if (next !== null) hands.pool.leased.push({ ...leased, phase: "lost" });
  return next;
}

function record(hands: Hands, leased: Leased, changes: JsonObject, delayMs?: number): Promise<JsonValue> {
  return hands.call("genbff_record", {
    ...held(leased),
    p_changes: changes,
    p_delay_ms: delayMs ?? null,
  });
}

function fail(hands: Hands, leased: Leased, code: string, outcome: string | null = null): Promise<JsonValue> {
  return hands.call("genbff_fail", { ...held(leased), p_code: code, p_outcome: outcome });
}

/** A generation that is to follow; its price may be more than there is. */
function child({ dice }: Hands): JsonObject {
  const { p_price, p_limits } = startArguments({ price: dice.below(9), deadlineMs: 5000 }, "");
  return {
    operation: "text-to-image",
    provider: "two",
    candidates: [],
    input: { prompt: "x" },
    sources: [],
    prompt: "x",
    style: null,
    style_version: 1,
    output_kind: "image",
    outputs: 1,
    price: p_price ?? null,
    limits: p_limits ?? null,
    note: randomUUID(),
  };
}
