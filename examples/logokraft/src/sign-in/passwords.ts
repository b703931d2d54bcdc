import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

const keyBytes = 32;
/** 32 MB and three rounds: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const usual = { N: 2 ** 15, r: 8, p: 3 };

/** A password as it is kept: `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, usual);
  return ["scrypt", usual.N, usual.r, usual.p, salt.toString("base64url"), key.toString("base64url")].join(
    "$",
  );
}

/** Whether it is the one that was kept. Takes the same time for a right one and a wrong one. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const [, N, r, p, salt = "", key = ""] = kept.split("$");
  const known = Buffer.from(key, "base64url");
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  return timingSafeEqual(await derive(password, Buffer.from(salt, "base64url"), cost), known);
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  // Two ways of typing one letter are one password.
  const text = password.normalize("NFKC");
  return new Promise((resolve, reject) => {
    scrypt(text, salt, keyBytes, { ...cost, maxmem: 64 * 1024 * 1024 }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
