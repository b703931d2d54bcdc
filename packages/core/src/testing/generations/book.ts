import { randomUUID } from "node:crypto";
import { isAppError } from "../../errors/app-error.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { TestDatabase } from "../embedded/test-database.ts";

/** A JSON object that SQL has answered. */
export type Row = Record<string, unknown>;

/** What to start; everything has a default. */
export interface Asked {
  readonly user?: string;
  readonly task?: string;
  readonly operation?: string;
  readonly provider?: string;
  readonly candidates?: readonly string[];
  readonly attempts?: number;
  readonly deadlineMs?: number;
  readonly open?: number;
  readonly depth?: number;
  readonly rate?: { readonly group: string; readonly perMinute: number };
  readonly price?: number;
  readonly retryOf?: string;
  /** The idempotency key; none by default. */
  readonly key?: string;
  /** Who pays; the user by default. */
  readonly wallet?: string;
}

/** A generation in somebody's hands. */
export interface Claimed {
  readonly id: string;
  readonly user_id: string;
  readonly task_id: string;
  readonly provider: string;
  readonly operation: string;
  readonly attempt: number;
  readonly lease_epoch: number;
}

/** The state machine's functions, asked directly. */
export interface Book {
  call(name: string, args: JsonObject): Promise<Row>;
  start(asked?: Asked): Promise<{ id: string; user: string }>;
  /** The next in turn; undefined: nobody may start now. */
  claim(leaseMs?: number): Promise<Claimed | undefined>;
  /** What a worker gets that was woken with this id. */
  take(id: string, leaseMs?: number): Promise<Claimed | undefined>;
  /** Commits the intent; the answer's `go` says whether the request may leave. */
  intent(claimed: Claimed): Promise<Row>;
  record(claimed: Claimed, changes: JsonObject, delayMs?: number): Promise<Row>;
  finish(claimed: Claimed): Promise<Row>;
  fail(claimed: Claimed, code?: string): Promise<Row>;
  caps(...caps: readonly JsonObject[]): Promise<void>;
  violations(): Promise<unknown>;
}

/** The code of a refusal, or `ok`. */
export function codeOf(made: Promise<unknown>): Promise<string> {
  return made.then(
    () => "ok",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

/** Opens the functions of one database; the price of everything is one credit unless it is asked otherwise. */
export function openBook({ database }: Pick<TestDatabase, "database">): Book {
  const call = (name: string, args: JsonObject) => database.call(`genbff_${name}`, args) as Promise<Row>;
  const held = ({ id, lease_epoch }: Claimed) => ({ p_generation_id: id, p_epoch: lease_epoch });
  return {
    call,
    async start(asked = {}) {
      const user = asked.user ?? randomUUID();
      if (asked.user === undefined && asked.price !== 0)
        await call("grant", { p_wallet_id: user, p_amount: 100, p_idempotency_key: "start" });
      const started = await call("start", startArguments(asked, user));
      return { id: started.generation_id as string, user };
    },
    async claim(leaseMs = 60_000) {
      const claimed = await call("claim", { p_worker: "w", p_count: 1, p_lease_ms: leaseMs });
      return (claimed as unknown as Claimed[])[0];
    },
    async take(id, leaseMs = 60_000) {
      const taken = await call("take", { p_generation_id: id, p_worker: "w", p_lease_ms: leaseMs });
      return taken.generation as Claimed | undefined;
    },
    intent: (claimed) => call("intent", { ...held(claimed), p_request: {}, p_digest: "d" }),
    record: (claimed, changes, delayMs) =>
      call("record", { ...held(claimed), p_changes: changes, p_delay_ms: delayMs ?? null }),
    finish: (claimed) =>
      call("finish", {
        ...held(claimed),
        p_assets: [storedAsset(claimed.id)],
      }),
    fail: (claimed, code = "provider_failed") => call("fail", { ...held(claimed), p_code: code }),
    async caps(...caps) {
      await call("set_caps", { p_caps: [...caps] });
    },
    violations: () => database.call("genbff_violations", {}),
  };
}

/** What `genbff_start` is told. */
export function startArguments(asked: Asked, user: string): JsonObject {
  const credits = asked.price ?? 1;
  const key = `price_${credits}`;
  return {
    p_user_id: user,
    p_wallet_id: asked.wallet ?? user,
    p_task_id: asked.task ?? randomUUID(),
    p_operation: asked.operation ?? "text-to-image",
    p_provider: asked.provider ?? "openai",
    p_candidates: [...(asked.candidates ?? [])],
    p_input: { prompt: "x" },
    p_sources: [],
    p_prompt: "x",
    p_style: null,
    p_style_version: 1,
    p_output_kind: "image",
    p_outputs: 1,
    // A key that is not in the list agrees with no version at all: prices are another test's subject.
    p_price: { key, version: null, per: "output", unit: credits, credits, basis: {} },
    p_quote_id: null,
    p_idempotency_key: asked.key ?? null,
    p_digest: asked.key === undefined ? null : "d",
    p_retry_of: asked.retryOf ?? null,
    p_limits: {
      open_generations_per_user: asked.open ?? 100_000,
      queue_depth: asked.depth ?? 100_000,
      rate: asked.rate ? { group: asked.rate.group, per_minute: asked.rate.perMinute } : null,
      attempts: asked.attempts ?? 3,
      deadline_ms: asked.deadlineMs ?? 3_600_000,
    },
  };
}

/** What a worker has stored of a generation with one picture. */
export function storedAsset(id: string): JsonObject {
  return {
    index: 0,
    storage_key: `${id}/0`,
    asset_url: `/${id}/0`,
    content_type: "image/png",
    bytes: 1,
    sha256: "00",
    width: 1,
    height: 1,
  };
}
