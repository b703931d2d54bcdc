/** Names that the vendor's errors have. */
type ErrorName =
  | "bad_request"
  | "unauthorized"
  | "payment_required"
  | "content_moderation"
  | "not_found"
  | "generation_not_found"
  | "payload_too_large"
  | "invalid_language"
  | "public_figure"
  | "rate_limit_exceeded"
  | "internal_error";

/** Thrown where the vendor refuses a request; becomes its error body. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  /** The `name` of the body, by which buyers tell refusals apart. */
  readonly reason: ErrorName;
  readonly errors: readonly string[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    reason: ErrorName,
    errors: readonly string[],
    headers: Record<string, string> = {},
  ) {
    super(errors.join("; "));
    this.status = status;
    this.reason = reason;
    this.errors = errors;
    this.headers = headers;
  }
}

/** Fields that will not do, all of them at once, each as `field: what is wrong`. */
export function badRequest(...errors: readonly string[]): Refusal {
  return new Refusal(400, "bad_request", errors);
}

/** A result that is unknown, expired, or another key's. */
export function generationNotFound(): Refusal {
  return new Refusal(404, "generation_not_found", [
    "id: generation not found, or its result has expired: results are kept for 24 hours",
  ]);
}
