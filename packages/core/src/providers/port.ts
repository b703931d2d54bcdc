import type { ProviderError } from "../errors/provider-error.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";
import type { Logger } from "../shared/logger.ts";

/** One input picture or model, stored, checked and owned by the user who asks. */
export interface InputFile {
  /** The name of the input field that it came in by, e.g. `input_image_asset_url`. */
  readonly field: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly width: number | null;
  readonly height: number | null;
  /** Reads the bytes from our storage. May be called more than once; each call starts at the first byte. */
  open(): Promise<ReadableStream<Uint8Array>>;
}

/** What a generation asks of a provider. */
export interface ProviderJob {
  readonly generationId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly operation: string;
  /** The validated request: the operation's common input and this provider's own parameters. */
  readonly input: JsonObject;
  /** The prompt after the style preset was applied; what to send in place of `input.prompt`. */
  readonly prompt: string | undefined;
  readonly files: readonly InputFile[];
  /** How many outputs were priced. A provider never delivers more. */
  readonly outputs: number;
  /** Ours, unguessable, the same for every repetition of this attempt. Send it where the vendor takes one. */
  readonly clientReference: string;
  /** A stable hash of the end user, for vendors that ask for one. Never the user's id. */
  readonly userReference: string;
}

/** What a provider may use while it works. */
export interface ProviderContext {
  /** Aborted when the lease is lost or the time is up: stop at once, start nothing further. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** The provider's own remote work. Opaque to us but for its key. */
export interface JobReference {
  /** Names the job among all jobs of this provider; two generations never hold the same. */
  readonly key: string;
  readonly data?: JsonObject;
}

/** What a provider returns: bytes as a stream, or a URL that we fetch ourselves. Never a whole file in memory. */
export interface ProviderOutput {
  /** Its place among the outputs that were asked for, from 0. */
  readonly index: number;
  readonly source:
    | { readonly url: string }
    | { readonly stream: ReadableStream<Uint8Array> }
    /** For operations whose output is JSON: checked against the operation's schema, kept on the generation. */
    | { readonly json: JsonValue };
  /** Small facts worth keeping with the asset, e.g. `{ seed: 7 }`. Clients can read them. */
  readonly metadata?: JsonObject;
}

/** An output that was asked for and will not come, with its reason. */
export interface ProviderFailure {
  readonly index: number;
  readonly code: "content_rejected" | "provider_failed" | "output_unavailable";
}

/** What a provider says of a job. */
export type ProviderAnswer =
  | {
      readonly state: "running";
      readonly reference: JobReference;
      /** When to ask again: the vendor's own pace. */
      readonly pollAfterMs: number;
      /** 0 to 100, where the vendor tells. */
      readonly progress?: number;
      /** A short word for people, e.g. "queued". Never the vendor's own text. */
      readonly stage?: string;
    }
  | {
      readonly state: "done";
      readonly reference?: JobReference;
      /** A synchronous vendor may give them as they arrive: each is stored before the next is asked for. */
      readonly outputs: Iterable<ProviderOutput> | AsyncIterable<ProviderOutput>;
      readonly failures?: readonly ProviderFailure[];
      /** What the vendor charged us, in its own unit, for the books. Read it after the outputs: some vendors say it last. */
      readonly cost?: { readonly unit: string; readonly amount: number } | undefined;
    }
  | { readonly state: "refused"; readonly error: ProviderError };

/** What was made ready before the intent is committed. */
export interface PreparedRequest {
  /** Small and repeatable: tokens of uploaded files and the body to be sent. Stored with the attempt, compared by `lookup`. */
  readonly request: JsonObject;
}

/** A submission whose answer got lost. */
export interface LostSubmission {
  readonly request: JsonObject;
  readonly clientReference: string;
  /** When the intent was committed, by the database's clock, in ms since 1970. */
  readonly intentAt: number;
}

/** What a search for a lost submission found. */
export interface LookupResult {
  /** Jobs whose recorded input equals ours, newest last. The first that no other generation holds is adopted. */
  readonly candidates: readonly JobReference[];
  /** Whether an empty list proves that nothing was bought. False while the vendor's list may still lag behind. */
  readonly conclusive: boolean;
}

/**
 * The state machine's view of a vendor. There is no retry below this port: not in an HTTP client, not in a
 * vendor's SDK. Every failure is thrown, or returned as `refused`, as a `ProviderError` with its outcome class.
 */
export interface ProviderPort {
  /** Uploads inputs and builds the request. Buys nothing and may be repeated. */
  prepare(job: ProviderJob, context: ProviderContext): Promise<PreparedRequest>;
  /** Buys. Called at most once per attempt, after the intent was committed. */
  submit(job: ProviderJob, prepared: PreparedRequest, context: ProviderContext): Promise<ProviderAnswer>;
  /** Reads; absent where the vendor answers at once and keeps nothing. */
  check?(reference: JobReference, context: ProviderContext): Promise<ProviderAnswer>;
  /** Looks for a submission whose answer got lost; absent where the vendor cannot be asked. */
  lookup?(lost: LostSubmission, context: ProviderContext): Promise<LookupResult>;
  /** Asks the vendor to stop; absent where it cannot. True: it confirmed. */
  cancel?(reference: JobReference, context: ProviderContext): Promise<boolean>;
  /** How long one `submit` may take at most, in ms: a synchronous vendor needs minutes. */
  readonly submitTimeoutMs: number;
}
