import type { Route } from "./routes.ts";
import { credentials, session, signedUp } from "./sign-in.ts";

/** Of both. `not_found`: this BFF signs nobody in. */
const ofSignIns = ["not_found", "captcha_failed", "forbidden"] as const;

/** Only where `signIn` is given; else there are no such paths. */
export const signInRoutes = {
  signUp: {
    method: "POST",
    path: "/auth/signup",
    summary: "Make an account",
    auth: "none",
    body: credentials,
    takes: ["application/json"],
    answers: { 202: signedUp },
    errors: [...ofSignIns, "weak_password"],
  },
  logIn: {
    method: "POST",
    path: "/auth/login",
    summary: "A session for an address and its password",
    auth: "none",
    body: credentials,
    takes: ["application/json"],
    answers: { 200: session },
    errors: [...ofSignIns, "invalid_credentials", "email_not_confirmed"],
  },
} as const satisfies Record<string, Route>;
