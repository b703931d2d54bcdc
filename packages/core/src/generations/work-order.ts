import type { MediaKind } from "../assets/media-types.ts";
import type { Price } from "../credits/price.ts";
import type { JobReference, ProviderFailure } from "../providers/port.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";

/** Where a generation stands while it is processing; each comes after the one before it. */
export type Step = "intent" | "submit_unknown" | "submitted" | "fetching" | "storing" | "settling";

/** An output that the provider left behind a URL. */
export interface RemoteOutput {
  readonly index: number;
  readonly url: string;
  /** When the provider lets it go, ISO 8601; noted where the URL itself is handed on. */
  readonly expires_at?: string;
  readonly metadata?: JsonObject;
}

/** An output that lies in our storage, or is handed on, and is not visible yet. */
export interface StoredAsset {
  readonly index: number;
  /** Null: it has no object of ours, and `asset_url` is the vendor's. */
  readonly storage_key: string | null;
  readonly asset_url: string;
  /** ISO 8601; absent where it is kept. */
  readonly expires_at?: string;
  readonly content_type: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly metadata: JsonObject;
}

/** What was found so far, committed step by step. */
export interface Work {
  readonly outputs?: readonly RemoteOutput[];
  readonly stored?: readonly StoredAsset[];
  readonly failures?: readonly ProviderFailure[];
  /** A synchronous answer ended before its time: what else was in it, and its price, nobody has heard. */
  readonly broke_off?: true;
  /** The output of an operation that gives JSON. */
  readonly json?: JsonValue;
}

/** An input file as it was resolved at start. */
export interface SourceFile {
  readonly field: string;
  readonly storage_key: string;
  readonly content_type: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** A generation that this one works on, as it was at start. */
export interface GenerationDraft {
  readonly field: string;
  readonly generation_id: string;
  readonly operation: string;
  readonly job: JobReference;
}

/** One permitted submission. */
export interface AttemptRow {
  readonly attempt: number;
  readonly client_reference: string;
  readonly request: JsonObject | null;
  /** ISO 8601; null until the request was about to leave. */
  readonly intent_at: string | null;
}

/** A generation as the database hands it to a worker, with its lease: `genbff.work_order` in SQL. */
export interface WorkOrder {
  readonly id: string;
  readonly task_id: string;
  readonly user_id: string;
  readonly operation: string;
  readonly provider: string;
  /** Who may be asked next, in order. */
  readonly candidates: readonly string[];
  readonly input: JsonObject;
  readonly sources: readonly SourceFile[];
  readonly drafts: readonly GenerationDraft[];
  readonly prompt: string | null;
  readonly output_kind: MediaKind | "json";
  readonly outputs: number;
  readonly price: Price;
  readonly step: Step;
  readonly attempt: number;
  readonly max_attempts: number;
  readonly lease_epoch: number;
  readonly deadline_at: string;
  readonly cancel_requested: boolean;
  readonly job: JobReference | null;
  readonly work: Work;
  readonly retries: Readonly<Record<string, number>>;
  /** How long the provider must be left alone, as far as it was known when this was read. */
  readonly provider_wait_ms: number | null;
  readonly attempt_row: AttemptRow;
  readonly assets: readonly { id: string; index: number; file_index: number; kind: MediaKind }[];
  /** Jobs that a worker which had lost its lease heard of. */
  readonly late_jobs: readonly JobReference[];
  /** The database's clock when this was read. */
  readonly now: string;
}

/** Reads a work order that SQL wrote. */
export function toWorkOrder(value: JsonValue): WorkOrder {
  return value as unknown as WorkOrder;
}
