/** Parts of names, without case and punctuation: `x-api-key`, `apiKey` and `OPENAI_API_KEY` all hold `apikey`. */
const secretParts = [
  "authorization",
  "apikey",
  "accesskey",
  "privatekey",
  "secret",
  "token",
  "signature",
  "password",
  "passwd",
  "passphrase",
  "credential",
  "cookie",
  "bearer",
  "jwt",
  "ticket",
  "connectionstring",
  "databaseurl",
  "prompt",
];

/** Words that are too short to be looked for inside others. */
const secretNames: ReadonlySet<string> = new Set([
  "key",
  "sig",
  "auth",
  "pass",
  "pwd",
  "session",
  "sessionid",
  "dsn",
]);

/** Whether a field, header or parameter of this name holds a secret, or what a user wrote. */
export function isSecretName(name: unknown): boolean {
  if (typeof name !== "string" || name.length > 200) return false;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  // What is counted in tokens is no token: `input_tokens`, `max_tokens`.
  if (plain.endsWith("tokens")) return false;
  return secretNames.has(plain) || secretParts.some((part) => plain.includes(part));
}
