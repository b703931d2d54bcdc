import type { JsonValue } from "./json.ts";

/** Hex SHA-256 of a text. */
export async function sha256Hex(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hex SHA-256 of a JSON value; the order of keys does not matter. */
export async function digestOf(value: JsonValue): Promise<string> {
  return sha256Hex(canonical(value));
}

/** One text per value: keys sorted, nothing else changed. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as JsonValue)}`);
  return `{${fields.join(",")}}`;
}
