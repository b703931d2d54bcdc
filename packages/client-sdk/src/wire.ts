/**
 * The wire as this client reads it: the contract's types, written out.
 *
 * They are copies so that a browser project loads neither zod's types nor the server's package; `wire.test-d.ts`
 * fails to compile when the contract and they differ.
 */

/** A value that survives JSON and comes back the same. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** `pending → processing → complete | failed | cancelled`; the last three are final. */
export type GenerationState = "pending" | "processing" | "complete" | "failed" | "cancelled";

/** A stored output. */
export type Asset = {
  asset_id: string;
  kind: "image" | "vector" | "model";
  /** Its place among the outputs that were asked for, from 0. */
  index: number;
  /**
   * Signed where the bucket is private: use it now, do not keep it. `client.asset(id).url()` gives a fresh one. Empty once
   * `expires_at` has passed.
   */
  asset_url: string;
  /** Where outputs are handed on and not kept: the end of this one. Else absent. */
  expires_at?: string | undefined;
  content_type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  metadata: Record<string, JsonValue>;
};
export type ImageAsset = Asset & { kind: "image"; width: number; height: number };
/** An SVG: always a download. Show it with `<img>`, or read it with `fetch`. */
export type VectorAsset = Asset & { kind: "vector" };
export type ModelAsset = Asset & { kind: "model" };

/** One output of several that was not delivered, and why. Not charged. */
export type Failure = { index: number; error: string; message: string };

/** An unfinished picture of one output: shown while it is being made, gone once that has ended. */
export type Preview = {
  index: number;
  /** Signed where the bucket is private. */
  url: string;
  content_type: string;
  width: number | null;
  height: number | null;
};

/** What a stream tells where an unfinished picture is all that is new. `updates()` puts it into the status. */
export type PreviewEvent = Preview & { task_id: string; generation_id: string; version: number };

/** Why a generation ended without a result. */
export type GenerationFailure = {
  error: string;
  message: string;
  details?: Record<string, JsonValue> | undefined;
};

/** What is true of one generation now. */
export type GenerationStatus = {
  task_id: string;
  generation_id: string;
  operation: string;
  /** The provider's public key. */
  provider: string;
  status: GenerationState;
  /** A short word for people while it is being made. */
  stage: string | null;
  /** 0 to 100. Never falls. */
  progress: number;
  /** The first asset's URL. */
  asset_url: string | null;
  asset_urls: string[];
  assets: Asset[];
  /** The output of an operation that gives JSON, once it is complete. */
  json?: JsonValue | undefined;
  failures: Failure[];
  /** The newest unfinished picture of each output, the latest last; empty once it has ended. */
  previews: Preview[];
  error: GenerationFailure | null;
  cancel_requested: boolean;
  /** Whole credits: set aside now, and paid in the end. */
  credits: { held: number; charged: number };
  /** Goes up with every change. */
  version: number;
  /** `null` once it has ended. */
  next_poll_ms: number | null;
  created_at: string;
  completed_at: string | null;
};

/** The answer to a generation that was started. */
export type GenerationCreated = {
  task_id: string;
  generation_id: string;
  status: GenerationState;
  credits: { held: number };
  status_url: string;
  events_url: string;
};

/** What `cancel()` found to be true. */
export type Cancelled = { generation_id: string; status: GenerationState; cancel_requested: boolean };

/** A wallet now, in whole credits. */
export type Balance = {
  /** Free to spend. */
  available: number;
  /** Set aside for what is being made. */
  held: number;
  /** Everything in the wallet, held included. */
  posted: number;
  lifetime_granted: number;
  lifetime_spent: number;
  subscription_tier: string;
};

/** One movement of credits. */
export type Movement = {
  id: string;
  kind: "grant" | "hold" | "capture" | "release" | "refund" | "expiry" | "adjustment";
  /** Whole credits, never negative; the kind says which way. */
  amount: number;
  /** `null` for holds and releases: they move nothing. */
  balance_after: number | null;
  reason: string | null;
  generation_id: string | null;
  task_id: string | null;
  operation: string | null;
  created_at: string;
};
export type MovementPage = { items: Movement[]; next_cursor: string | null };

/** A price before it is asked for. Equals what would be held. */
export type Quote = {
  credits: number;
  quote_id: string;
  expires_at: string;
  breakdown: { label: string; credits: number }[];
};

/** What the catalogue says of one operation. */
export type OperationEntry = {
  operation: string;
  title: string;
  output: "image" | "vector" | "model" | "json";
  /** JSON Schema of the common input. */
  input: Record<string, JsonValue>;
  provider_optional: boolean;
  providers: {
    provider: string;
    /** JSON Schema of this provider's own parameters. */
    parameters: Record<string, JsonValue>;
    price: {
      credits: number;
      per: "call" | "output";
      multipliers: Record<string, Record<string, number>>;
    };
  }[];
};
export type OperationList = { operations: OperationEntry[]; styles: { style: string; title: string }[] };

/** A task in the list: enough for a row with a picture. */
export type TaskSummary = {
  task_id: string;
  generations: number;
  /** Generations that have not ended. */
  open: number;
  latest: { generation_id: string; operation: string; status: GenerationState } | null;
  thumbnail_url: string | null;
  created_at: string;
  updated_at: string;
};
export type TaskPage = { items: TaskSummary[]; next_cursor: string | null };

/** An uploaded input. */
export type InputAsset = {
  input_asset_id: string;
  asset_url: string;
  status: "pending" | "complete" | "failed";
  content_type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  filename: string | null;
  created_at: string;
};

/** One generation within its task: its status, what it was asked, and where its inputs came from. */
export type TaskGeneration = GenerationStatus & {
  /** The request as it was validated, without `task_id`. */
  input: Record<string, JsonValue>;
  parent_generation_id: string | null;
  retry_of: string | null;
  source_asset_ids: string[];
  source_input_asset_ids: string[];
};

/** One task with its tree, oldest generation first. */
export type TaskTree = {
  task_id: string;
  created_at: string;
  updated_at: string;
  inputs: InputAsset[];
  generations: TaskGeneration[];
};

/** A place to `PUT` a file to. */
export type UploadReserved = {
  input_asset_id: string;
  asset_url: string;
  upload: { method: "PUT"; url: string; headers: Record<string, string>; expires_at: string };
};

/** An upload that was checked and can be used as an input. */
export type UploadComplete = {
  input_asset_id: string;
  asset_url: string;
  content_type: string;
  bytes: number;
  width: number | null;
  height: number | null;
};

/** A fresh URL of an asset, and how long it works; `null` where it works for ever. */
export type AssetUrl = { asset_url: string; expires_at: string | null };
