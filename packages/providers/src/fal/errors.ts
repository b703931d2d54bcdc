import { ProviderError, type ProviderErrorCode } from "@genbff/core";
import { type FailedAnswer, type StatusErrorChoice, slug, statusError } from "../shared/status-error.ts";
import { errorSchema } from "./wire.ts";

interface Complaint {
  readonly code: ProviderErrorCode;
  readonly details?: Record<string, unknown>;
}

const timeouts = new Set(["generation_timeout", "request_timeout", "startup_timeout"]);
const unusableFiles =
  /^(image_(too_small|too_large|load_error)|file_(download_error|too_large)|face_detection_error|unsupported_|invalid_archive|archive_)/;
const serverTypes =
  /^(internal_|runner_|downstream_service_|no_media_generated|client_disconnected|bad_request)/;

/** Translates a refusal. The status decides the outcome; the first complaint refines it. `fields` are our parameters. */
export function falError(
  failed: Omit<FailedAnswer, "vendor" | "label">,
  fields: readonly string[] = [],
): ProviderError {
  const { type, complaint } = readComplaint(failed.body, fields);
  const choice: StatusErrorChoice =
    complaint === undefined ? {} : { ...complaint, final: isFinal(complaint) };
  // Our account is locked or without money: no waiting cures it.
  const broke = failed.status === 402 || failed.status === 403;
  return statusError(
    { ...failed, vendor: "fal", label: type },
    broke && !complaint ? { final: true } : choice,
  );
}

/**
 * A job that was taken and has failed, read from the answer that stands in place of its result. Undefined where the
 * answer speaks of us, of the moment or of nothing known, and the result must be asked for again.
 *
 * `told`: the status itself said that the job has failed. `sure`: nothing but the job's end can have said it; the queue
 * says of its own bad minute what it says of a runner's.
 */
export function failedJob(
  status: number,
  headers: Headers,
  body: unknown,
  { fields, told }: { readonly fields: readonly string[]; readonly told: boolean },
): { readonly error: ProviderError; readonly sure: boolean } | undefined {
  const { type, complaint, byModel } = readComplaint(body, fields);
  const aboutUs = [401, 402, 403, 404, 408, 425, 429].includes(status);
  const aboutJob = type !== undefined || headers.has("x-fal-error-type") || told || isRequestFault(status);
  if (aboutUs && type === undefined) return undefined;
  if (!aboutJob) return undefined;
  const { code, details } = complaint ?? { code: "provider_failed" as const };
  const error = new ProviderError(code, {
    outcome: "failed",
    message: `fal: the job ended with ${status}${type === undefined ? "" : ` (${type})`}`,
    upstreamStatus: status,
    ...(details === undefined ? {} : { details }),
  });
  return { error, sure: told || byModel || status < 500 };
}

/** A request that the vendor does not know any more, long after it took it. */
export function lostRequest(): ProviderError {
  return new ProviderError("provider_failed", {
    outcome: "failed",
    message: "fal: the request is gone; was the key replaced by one of another account?",
    upstreamStatus: 404,
    operator: true,
  });
}

function readComplaint(body: unknown, fields: readonly string[]) {
  const error = errorSchema.safeParse(body).data;
  const [first] = error?.detail ?? [];
  const type = slug(first?.type) ?? slug(error?.error_type);
  const complaint = type === undefined ? undefined : complaintOf(type, first?.loc ?? [], fields);
  return { type, complaint, byModel: first !== undefined };
}

/** https://docs.fal.ai/model-apis/errors */
function complaintOf(
  type: string,
  [place, name]: readonly (string | number)[],
  fields: readonly string[],
): Complaint | undefined {
  if (type === "content_policy_violation") {
    return { code: "content_rejected", details: { stage: place === "body" ? "input" : "output" } };
  }
  if (timeouts.has(type)) return { code: "provider_timeout" };
  if (type === "client_cancelled") return { code: "cancelled" };
  if (unusableFiles.test(type)) return { code: "asset_unusable" };
  if (serverTypes.test(type)) return undefined;
  const field = place === "body" && typeof name === "string" && fields.includes(name) ? name : undefined;
  return field === undefined ? undefined : { code: "validation_failed", details: { field } };
}

function isFinal({ code }: Complaint): boolean {
  return code !== "provider_timeout";
}

/**
 * No proxy between us answers with these: it is the model that complains. A bare 400 is none of them: it is also said of
 * a result that is asked for too early, and then the job goes on and is paid.
 */
function isRequestFault(status: number): boolean {
  return [413, 415, 422].includes(status);
}
