import type { ProviderCost, ProviderError } from "../errors/provider-error.ts";
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

/** A complete generation of the same user and the same provider, which this one works on. */
export interface Draft {
  /** The input field that names it, e.g. `draft_generation_id`. */
  readonly field: string;
  readonly generationId: string;
  readonly operation: string;
  /** The provider's own job that made it. */
  readonly job: JobReference;
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
  /**
   * The name of the style preset, whose words are in `prompt` already. A vendor with presets of its own maps it in its
   * own folder, and then sends `input.prompt` with them.
   */
  readonly style: string | undefined;
  readonly files: readonly InputFile[];
  readonly drafts: readonly Draft[];
  /** How many outputs were priced. A provider never delivers more. */
  readonly outputs: number;
  /** Ours, unguessable, the same for every repetition of this attempt. Send it where the vendor takes one. */
  readonly clientReference: string;
  /** A stable hash of the end user, for vendors that ask for one. Never the user's id. */
  readonly userReference: string;
  /**
   * Where the vendor may tell us that this generation's job has moved; unguessable. Absent where the deployment has
   * no public address: then polling alone moves it.
   */
  readonly webhookUrl: string | undefined;
}

/** What a provider may use while it works. */
export interface ProviderContext {
  /** Aborted when the lease is lost or the time is up: stop at once, start nothing further. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** What a provider may use while it buys, or does the work itself. */
export interface SubmitContext extends ProviderContext {
  /**
   * Aborted when the user asks to cancel while `submit` runs. A provider that can stop its own work does, and answers
   * `refused` with the code `cancelled`; any other goes on to the end.
   */
  readonly cancelled: AbortSignal;
  /** Tells people how far a running `submit` is. Never fails, never waits; too many calls are thinned out. */
  report(progress: { readonly progress?: number; readonly stage?: string }): void;
  /**
   * Shows an unfinished picture of the output with this index: stored for a while, told to whoever watches. Resolves
   * when it is stored, or was not: a preview that fails is no failure of the generation.
   */
  preview(index: number, picture: ReadableStream<Uint8Array>): Promise<void>;
}

/** A webhook as it arrived. */
export interface WebhookRequest {
  readonly headers: Headers;
  /** The bytes that the signature covers. At most 1 MB. */
  readonly body: Uint8Array;
  readonly url: string;
  /** Our clock, in ms since 1970; a timestamp more than 300 s away from it is refused. */
  readonly now: number;
}

/** What a webhook whose signature was right says. */
export interface WebhookNotice {
  /** Names this event among all of the vendor's; a second delivery changes nothing. */
  readonly eventId: string;
  /** The `key` of the job that moved. */
  readonly jobKey: string;
  /** Enough to adopt the job where its submission's answer got lost. */
  readonly job: JobReference;
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
      readonly cost?: ProviderCost | undefined;
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
  submit(job: ProviderJob, prepared: PreparedRequest, context: SubmitContext): Promise<ProviderAnswer>;
  /** Reads; absent where the vendor answers at once and keeps nothing. */
  check?(reference: JobReference, context: ProviderContext): Promise<ProviderAnswer>;
  /** Looks for a submission whose answer got lost; absent where the vendor cannot be asked. */
  lookup?(lost: LostSubmission, context: ProviderContext): Promise<LookupResult>;
  /** Asks the vendor to stop; absent where it cannot. True: it confirmed. */
  cancel?(reference: JobReference, context: ProviderContext): Promise<boolean>;
  /**
   * Proves that the vendor sent this; absent where it sends no webhooks. A notice is only a hint to ask: the result is
   * always taken by `check`. Undefined: not proven, or stale.
   */
  verifyWebhook?(request: WebhookRequest, context: ProviderContext): Promise<WebhookNotice | undefined>;
  /**
   * For vendors that take a key per call and then make one job for however many identical requests: how long they
   * remember it, in ms. A submission whose answer got lost is then sent again, the same to the byte.
   */
  readonly idempotencyKeyLifetimeMs?: number;
  /**
   * Whose service it is, in one word, e.g. `tripo`. Its public key may hide it: where URLs of the vendor are handed on, such
   * a provider is refused at the start, and so is one that does not say.
   */
  readonly vendor?: string;
  /**
   * How long a URL of an output works after an answer has named it, in ms: the vendor's word, the shortest where there are
   * several. Default: what the storage says (`temporaryUrls`).
   */
  readonly outputUrlsLiveMs?: number;
  /** Lost answers are bought again, as a new attempt: only for work that costs nothing to repeat. Default false. */
  readonly resubmitOnUnknown?: boolean;
  /** How long one `submit` may take at most, in ms: a synchronous vendor needs minutes. */
  readonly submitTimeoutMs: number;
}
