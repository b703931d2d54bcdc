import type {
  Draft,
  InputFile,
  JsonObject,
  OfferedOperation,
  ProviderErrorCode,
  ProviderJob,
  ProviderOutcome,
  ProviderPort,
} from "@genbff/core";

/** An answer as it lies in `__fixtures__`. */
export interface Fixture {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, for answers that are files: base64. */
  readonly bytes?: string;
  /** What the next call gets, where one question takes two. */
  readonly next?: Fixture;
  /** Sent as it is, for answers that are events. */
  readonly lines?: readonly string[];
}

/** What must be seen of a failure. */
export interface ExpectedFailure {
  readonly code: ProviderErrorCode;
  readonly outcome: ProviderOutcome;
  readonly retryAfterMs?: number;
  readonly operator?: boolean;
  readonly details?: Record<string, unknown>;
}

/** A request and exactly what goes over the wire for it. */
export interface RequestCase {
  readonly title: string;
  readonly job: ProviderJob;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly json?: JsonObject;
  /** Fields of a form; a file is `type name bytes`. */
  readonly form?: readonly (readonly [string, string])[];
}

/** What the suite sets; whatever else a vendor needs has its default. */
interface ConformanceSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** How long one call may take. Nothing where the default will do. */
  readonly timeoutMs?: number;
}

/** Everything the suite must know of one vendor. */
export interface VendorCases {
  readonly vendor: string;
  /** The vendor's folder, for its `__fixtures__`. */
  readonly folder: string;
  readonly create: (
    settings: ConformanceSettings,
  ) => ProviderPort & { offers: Record<string, OfferedOperation> };
  /** The header that carries the key, and its whole value. Default: `authorization`, `Bearer …`. */
  readonly auth?: readonly [string, string];
  /** How long to wait after a 429 that does not say. Default 5,000. */
  readonly defaultRetryMs?: number;
  readonly requests: readonly RequestCase[];
  /** A submission that the vendor takes, and the fixture of its answer. */
  readonly job: ProviderJob;
  readonly accepted: string;
  /** An answer whose picture the suite makes megabytes long, where the vendor sends bytes and not links. */
  readonly large?: {
    readonly contentType: string;
    readonly before: string | Uint8Array;
    readonly after: string;
  };
  /** How the vendor answers an upload, where it has them. */
  readonly uploaded?: string;
  /** The calls that one upload takes, by path. Default: `files`. */
  readonly uploadPaths?: readonly string[];
  /** Addresses that the vendor signed: the key is never sent there. */
  readonly keylessPaths?: readonly string[];
  /** Other calls that buy nothing, by their path, and how the vendor answers them. */
  readonly prepared?: Record<string, string>;
  readonly submitFailures: Record<string, ExpectedFailure>;
  readonly uploadFailures?: Record<string, ExpectedFailure>;
  /** Answers with status 200 that make no sense; all of them leave the question open. */
  readonly nonsense: readonly unknown[];
  /** Answers to `check`, where the vendor has jobs. An output that streams is shown as `{ text }`. */
  readonly states?: Record<string, JsonObject>;
  readonly stateFailures?: Record<string, ExpectedFailure>;
  /** An answer to `check` with a status that no document names, and that status. */
  readonly newStatus?: { readonly fixture: string; readonly word: string };
}

/** Words that a case puts where a vendor's text or a user's words would be. None may reach a client or a log. */
export const secrets = { key: "sk-SECRET-KEY", prompt: "PROMPT-SECRET a small brass desk lamp" };

/** Makes a job. */
export function jobOf(
  operation: string,
  input: JsonObject,
  {
    files = [],
    drafts = [],
    outputs = 1,
    webhookUrl,
  }: {
    files?: readonly InputFile[];
    drafts?: readonly Draft[];
    outputs?: number;
    webhookUrl?: string;
  } = {},
): ProviderJob {
  return {
    generationId: "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111",
    attempt: 1,
    operation,
    input,
    prompt: typeof input.prompt === "string" ? input.prompt : undefined,
    files,
    style: typeof input.style === "string" ? input.style : undefined,
    drafts,
    outputs,
    clientReference: "ref-7f3a",
    userReference: "user-5c1e",
    webhookUrl,
  };
}

/** Makes an input file of the given bytes. */
export function fileOfBytes(field: string, bytes: Uint8Array, contentType = "image/png"): InputFile {
  return {
    ...fileOf(field, "", contentType),
    bytes: bytes.length,
    open: async () => new Blob([Uint8Array.from(bytes)]).stream(),
  };
}

/** Makes an input file of the given text. */
export function fileOf(field: string, text: string, contentType = "image/png"): InputFile {
  const bytes = new TextEncoder().encode(text);
  return {
    field,
    contentType,
    bytes: bytes.length,
    sha256: "0".repeat(64),
    width: 1024,
    height: 768,
    open: async () => new Blob([bytes]).stream(),
  };
}
