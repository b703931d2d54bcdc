import type { ErrorCode } from "@genbff/core";

/** An error answer of the BFF. */
export interface BffError {
  readonly error: ErrorCode;
  readonly details?: {
    readonly field?: string;
    readonly reason?: string;
    readonly issues?: readonly Issue[];
  };
}

interface Issue {
  readonly pointer: string;
  readonly message: string;
}

/** Why a request for a render was refused: the contract's own answer where it has one, else the BFF's code as it is. */
export function toRefusal(
  status: number,
  { error, details = {} }: BffError,
): { status: number; body: object } {
  switch (error) {
    case "validation_failed":
      return invalid(
        (details.issues ?? []).map(({ pointer, message }) => [
          pointer.slice(1).replaceAll("/", ".") || "body",
          message,
        ]),
      );
    case "invalid_json":
      return invalid([["body", "is not a JSON object"]]);
    case "asset_expired":
    case "asset_unusable":
      return invalid([
        [details.field ?? "body", reasons[details.reason ?? ""] ?? "cannot be used as a picture"],
      ]);
    case "asset_url_not_allowed":
      return invalid([[details.field ?? "body", "invalid or unreachable"]]);
    case "not_found":
      return invalid([[details.field ?? "body", "does not exist"]]);
    case "queue_full":
    case "too_many_generations":
      return { status: 503, body: { error: "queue_full" } };
    default:
      return { status, body: { error } };
  }
}

const reasons: Readonly<Record<string, string>> = {
  unreachable: "invalid or unreachable",
  damaged: "is damaged",
  truncated: "is damaged",
  too_large: "is too large",
  too_many_pixels: "has too many pixels",
  not_allowed: "is not a picture",
};

function invalid(fields: readonly (readonly [string, string])[]): { status: number; body: object } {
  return { status: 400, body: { error: "validation_failed", details: Object.fromEntries(fields) } };
}
