import { AuthClient } from "@supabase/supabase-js";
import type { SignIn, SignInOrigin } from "../auth/sign-in.ts";
import { timedFetch } from "../auth/timed-fetch.ts";
import type { Credentials } from "../contract/sign-in.ts";
import { projectUrl } from "./auth.ts";
import { signInFailure } from "./sign-in-failure.ts";

/** Which project signs people in. */
export interface SupabaseSignInOptions {
  /** The project's, e.g. `https://abcdefghijklmnopqrst.supabase.co`. */
  readonly url: string;
  /**
   * The publishable (anon) key is enough, and then Supabase's limits of an address count your server's for everybody: 30
   * in five minutes. With a secret key (`sb_secret_…`) and "IP Address Forwarding" on in the project, they count whoever
   * asks, as far as `limits.addresses` knows them.
   */
  readonly key: string;
  /** For one answer of Supabase's. Default 10 s. */
  readonly timeoutMs?: number;
}

/**
 * Hands sign-ups and log-ins on to a Supabase project, by address and password.
 *
 * It takes no client of yours: a client keeps the session of whoever signed in with it last, and would work as that user
 * from then on. An address that has an account is answered as one that has none, whether the project confirms addresses
 * or not. Nothing is asked twice: a second sign-up would send a second letter.
 *
 * @throws Error - `url` is none of a project, or `key` is missing.
 */
export function supabaseSignIn(options: SupabaseSignInOptions): SignIn {
  const { key, timeoutMs = 10_000 } = options;
  const url = `${projectUrl("supabaseSignIn", options.url)}/auth/v1`;
  if (!isText(key))
    throw new Error("supabaseSignIn: key must be the project's publishable (anon) key, or a secret one");
  const fetchInTime = timedFetch(timeoutMs);
  /** One for each call: it forgets whom it signed in. */
  const client = ({ address }: SignInOrigin) =>
    new AuthClient({
      url,
      headers: { ...keyHeaders(key), ...forwarded(key, address) },
      fetch: fetchInTime,
      ...{ autoRefreshToken: false, persistSession: false, detectSessionInUrl: false },
    });

  return {
    async signUp(given, from) {
      const { data, error } = await client(from).signUp(toSupabase(given));
      // Said by projects that confirm nothing; the others answer as if the account were new.
      if (error?.code === "user_already_exists" || error?.code === "email_exists") return { next: "log_in" };
      if (error !== null) throw signInFailure(error);
      return { next: data.session === null ? "confirm_email" : "log_in" };
    },
    async logIn(given, from) {
      const { data, error } = await client(from).signInWithPassword(toSupabase(given));
      if (error !== null) throw signInFailure(error);
      const { access_token, refresh_token, expires_in, user } = data.session;
      if (!isText(access_token) || !isText(refresh_token) || !isText(user.id) || !(expires_in > 0))
        throw signInFailure(undefined);
      const expires_at = new Date(Date.now() + expires_in * 1000).toISOString();
      return { access_token, refresh_token, token_type: "bearer", expires_at, user_id: user.id };
    },
  };
}

function toSupabase({ email, password, captcha_token: captchaToken }: Credentials) {
  return { email, password, ...(captchaToken === undefined ? {} : { options: { captchaToken } }) };
}

/** A legacy key is a token, which stands in both headers; a newer one is none. */
function keyHeaders(key: string): Record<string, string> {
  return { apikey: key, ...(key.split(".").length === 3 ? { authorization: `Bearer ${key}` } : {}) };
}

/** Supabase believes it from secret keys alone. */
function forwarded(key: string, address: string | undefined): Record<string, string> {
  if (address === undefined || !key.startsWith("sb_secret_")) return {};
  return { "sb-forwarded-for": address.replace(/\/\d+$/, "") };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
