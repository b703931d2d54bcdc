import type { Credentials, Session, SignedUp } from "../contract/sign-in.ts";

/** Where a call comes from. */
export interface SignInOrigin {
  /** An IPv4 address, or the /64 of an IPv6 one; undefined where `limits.addresses` is not set. */
  readonly address: string | undefined;
}

/**
 * Makes accounts and sessions, where an app wants that behind its BFF: `POST /auth/signup` and `POST /auth/login`.
 *
 * Who asks is still told by `auth`, from the session's token. Neither call tells anybody who has an account, and neither
 * lets a password into an error or a log. What they throw beside these codes is an outage.
 */
export interface SignIn {
  /**
   * Makes an account, or does nothing where the address has one: both are answered alike.
   *
   * @throws AppError `weak_password` - `details.reasons` says why.
   * @throws AppError `captcha_failed`, `forbidden` (nobody may sign up), `validation_failed`, `rate_limited`, `unavailable`.
   */
  signUp(credentials: Credentials, from: SignInOrigin): Promise<SignedUp>;
  /**
   * @throws AppError `invalid_credentials` - no account has this address and this password.
   * @throws AppError `email_not_confirmed` - the password is right, and the address was never confirmed.
   * @throws AppError `captcha_failed`, `forbidden` (not by password), `validation_failed`, `rate_limited`, `unavailable`.
   */
  logIn(credentials: Credentials, from: SignInOrigin): Promise<Session>;
}
