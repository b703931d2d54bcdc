import { isAuthError, isAuthWeakPasswordError } from "@supabase/supabase-js";
import type { ErrorCode } from "../contract/error-codes.ts";
import { AppError } from "../errors/app-error.ts";
import { validationFailed } from "../errors/validation-failed.ts";

/** GoTrue's code → ours. Of a code that is not here only an operator can make something. */
const refusals: Readonly<Record<string, ErrorCode>> = {
  invalid_credentials: "invalid_credentials",
  // It is said before the password is looked at: whoever guesses would learn who has an account.
  user_banned: "invalid_credentials",
  user_not_found: "invalid_credentials",
  email_not_confirmed: "email_not_confirmed",
  captcha_failed: "captcha_failed",
  signup_disabled: "forbidden",
  email_provider_disabled: "forbidden",
  over_request_rate_limit: "rate_limited",
  over_email_send_rate_limit: "rate_limited",
};

/**
 * What Supabase's sign-in said no with, as a code of ours.
 *
 * Its texts hold addresses: none is repeated, neither to a client nor to the log.
 */
export function signInFailure(error: unknown): Error {
  if (!isAuthError(error)) return unavailable("it answered with what is no answer of a sign-in");
  const { code, status } = error;
  if (isAuthWeakPasswordError(error))
    return new AppError("weak_password", { details: { reasons: reasonsOf(error.reasons) } });
  if (code === "email_address_invalid")
    return validationFailed([{ pointer: "/email", message: "No letter can be sent there." }]);
  if (code === "validation_failed")
    return validationFailed([{ pointer: "", message: "This address or this password is not taken." }]);
  const refused = code === undefined ? undefined : refusals[code];
  if (refused !== undefined) return new AppError(refused);
  if (status === 429) return new AppError("rate_limited");
  return unavailable(reasonOf(code, status));
}

/** For operators. */
function reasonOf(code: string | undefined, status: number | undefined): string {
  if (code === "email_address_not_authorized")
    return "it sends letters to the project's team alone: give the project an SMTP server of its own";
  if ((status === 401 || status === 403) && code === undefined)
    return `it refused the key (HTTP ${status}): give it the publishable (anon) key of the project that the URL names`;
  if (status === undefined || status === 0) return "no answer came";
  return `HTTP ${status}${code === undefined ? "" : `, ${code}`}`;
}

/** They come from outside: short words, or nothing. */
function reasonsOf(reasons: readonly unknown[]): string[] {
  return reasons.filter((reason) => typeof reason === "string" && /^[a-z_]{1,32}$/.test(reason)) as string[];
}

function unavailable(reason: string): AppError {
  return new AppError("unavailable", { message: `Supabase's sign-in could not be used: ${reason}` });
}
