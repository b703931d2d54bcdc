/** An upload's row: `genbff.input_view`. */
export interface StoredInput {
  readonly input_asset_id: string;
  /** The permanent address. */
  readonly asset_url: string;
  readonly storage_key: string;
  readonly status: "pending" | "complete" | "failed";
  readonly type: "image" | "model";
  /** As declared until it is complete; then as found in the bytes. */
  readonly content_type: string;
  readonly bytes: number;
  readonly sha256: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** For people only. */
  readonly filename: string | null;
  readonly created_at: string;
}
