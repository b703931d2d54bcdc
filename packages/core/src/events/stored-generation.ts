import type { GenerationState } from "../contract/generation.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";

/** An output as the database tells of it. */
export interface StoredAsset {
  readonly asset_id: string;
  readonly kind: "image" | "vector" | "model";
  readonly index: number;
  /** Null: handed on, or expired. */
  readonly storage_key: string | null;
  /** Of one that is handed on it is the vendor's; null once it has expired. */
  readonly asset_url: string | null;
  /** Absent where it is kept. */
  readonly expires_at?: string;
  readonly content_type: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly metadata: JsonObject;
}

/** An unfinished picture as the database tells of it. */
export interface StoredPreview {
  readonly index: number;
  readonly storage_key: string;
  readonly content_type: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** A generation at one version, as the database tells of it: `genbff.snapshot` with its assets. */
export interface StoredGeneration {
  readonly task_id: string;
  readonly generation_id: string;
  readonly operation: string;
  readonly provider: string;
  readonly status: GenerationState;
  readonly stage: string | null;
  readonly progress: number;
  readonly failures: readonly { readonly index: number; readonly code: string }[];
  readonly error_code: string | null;
  readonly error_details: JsonObject | null;
  readonly cancel_requested: boolean;
  readonly held: number;
  readonly charged: number;
  readonly version: number;
  /** What an operation that gives JSON came to. */
  readonly output: JsonValue | null;
  readonly previews: readonly StoredPreview[];
  /** In events only: what this version shows, where that is all that has changed. */
  readonly preview?: StoredPreview;
  readonly created_at: string;
  readonly completed_at: string | null;
  readonly assets: readonly StoredAsset[];
}
