import { ProviderError, type ProviderOutcome } from "@genbff/core";
import { type CallPurpose, codeOfLostAnswer } from "./outcome.ts";

/** Failures that happen before the first byte of a request is written. Anything not listed may have been bought. */
const notSentCodes = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
]);

/** One call that got no answer, or not all of it. */
export interface BrokenCall {
  readonly vendor: string;
  readonly purpose: CallPurpose;
  /** What happened, in words for the log. */
  readonly why: string;
  /** Known for certain to have bought nothing, e.g. because our own side failed before the body was complete. */
  readonly notSent?: boolean;
  readonly cause?: unknown;
}

/** A call that ended without an answer: `not_sent` where that is certain or harmless, else `unknown`. */
export function brokenCall({ vendor, purpose, why, notSent, cause }: BrokenCall): ProviderError {
  const outcome: ProviderOutcome = notSent || purpose !== "submit" ? "not_sent" : "unknown";
  return new ProviderError(codeOfLostAnswer(outcome), {
    outcome,
    message: `${vendor}: ${why}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Classes what `fetch` rejected with. */
export function classifyTransport(
  error: unknown,
  call: Omit<BrokenCall, "why" | "cause" | "notSent">,
): ProviderError {
  const cause = rootOf(error);
  const code = textOf(cause, "code") ?? "no code";
  return brokenCall({ ...call, why: `the connection failed (${code})`, notSent: isNotSent(cause), cause });
}

function isNotSent(error: unknown): boolean {
  if (notSentCodes.has(textOf(error, "code") ?? "")) return true;
  const syscall = textOf(error, "syscall");
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  // Node gives a handshake that was cut off the same code as a reset in mid-answer: only the words differ.
  if (textOf(error, "message")?.includes("before secure TLS connection was established")) return true;
  return error instanceof AggregateError && error.errors.length > 0 && error.errors.every(isNotSent);
}

/** Peels off what `fetch` wraps around it: only the innermost error says what the socket met with. */
function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root;
}

function textOf(error: unknown, key: "code" | "syscall" | "message"): string | undefined {
  const value = (error as Record<string, unknown> | undefined)?.[key];
  return typeof value === "string" ? value : undefined;
}
