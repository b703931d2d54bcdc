import type { SignIn } from "../../auth/sign-in.ts";
import { AppError } from "../../errors/app-error.ts";

/**
 * A sign-in that keeps its accounts in memory, asks for eight characters and confirms nothing.
 *
 * @param tokenOf - The access token of an address.
 */
export function memorySignIn(tokenOf: (email: string) => Promise<string>): SignIn {
  const passwords = new Map<string, string>();
  return {
    async signUp({ email, password }) {
      if (password.length < 8) throw new AppError("weak_password", { details: { reasons: ["length"] } });
      if (!passwords.has(email)) passwords.set(email, password);
      return { next: "log_in" };
    },
    async logIn({ email, password }) {
      if (passwords.get(email) !== password) throw new AppError("invalid_credentials");
      return {
        access_token: await tokenOf(email),
        refresh_token: `refresh ${email}`,
        token_type: "bearer",
        expires_at: new Date(Date.now() + 600_000).toISOString(),
        user_id: email,
      };
    },
  };
}
