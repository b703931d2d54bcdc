import { createHash } from "node:crypto";
import type { JsonValue } from "./json.ts";

/** Hex SHA-256 of a text. At once: docs/adr/2026-11-22-short-digests-are-made-at-once.md. */
export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Hex SHA-256 of a JSON value; the order of keys does not matter. */
export function digestOf(value: JsonValue): string {
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
