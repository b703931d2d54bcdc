import { AppError, type Database, type SignIn } from "@genbff/core";
import { SignJWT } from "jose";
import { hashPassword, isPassword } from "./passwords.ts";

const lengthMin = 10;
const validS = 12 * 3600;

/**
 * Signs people in by LogoKraft's own table of users; tokens are HS256, for `jwtAuth` with the same secret.
 *
 * Nobody learns who has an account: a sign-up is answered alike for a new address and a known one, and a log-in takes as
 * long, and says the same, for an unknown address and a wrong password. `limits.addresses` slows down whoever guesses.
 */
export function passwordSignIn({ database, secret }: { database: Database; secret: string }): SignIn {
  const key = new TextEncoder().encode(secret);
  /** What an unknown address is compared with. */
  const nobody = hashPassword(crypto.randomUUID());

  return {
    async signUp({ email, password }) {
      if (password.length < lengthMin)
        throw new AppError("weak_password", { details: { reasons: ["length"], length_min: lengthMin } });
      const kept = await hashPassword(password);
      await database.call("logokraft_sign_up", { p_email: email.toLowerCase(), p_password: kept });
      return { next: "log_in" };
    },
    async logIn({ email, password }) {
      const found = await database.call("logokraft_user", { p_email: email.toLowerCase() });
      const user = found as { id: string; password: string } | null;
      const isRight = await isPassword(password, user?.password ?? (await nobody));
      if (user === null || !isRight) throw new AppError("invalid_credentials");
      const expiresAt = Math.floor(Date.now() / 1000) + validS;
      const token = await new SignJWT({ role: "authenticated" })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(user.id)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(key);
      return {
        access_token: token,
        refresh_token: null,
        token_type: "bearer",
        expires_at: new Date(expiresAt * 1000).toISOString(),
        user_id: user.id,
      };
    },
  };
}
