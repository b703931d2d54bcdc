import { redactText } from "./redact-text.ts";
import { isSecretName } from "./secret-names.ts";

const depthMax = 8;
const entriesMax = 100;
const redacted = "[redacted]";

/**
 * A copy of log fields in which nothing secret is left (`reliability-spec.md` 8.6).
 *
 * Judged by structure first: the value of a field, a header or a pair that is named like a secret or a prompt is
 * replaced, whatever it holds. Texts are then cleaned of what carries secrets inside them: URL queries, userinfo,
 * bearer tokens, JWTs, keys in JSON. Errors keep their name, code, message, stack and cause; bytes become a count.
 *
 * Bounded: 8 levels, 100 entries a level, 2,000 characters a text. Never throws, whatever it is given.
 *
 * @example
 * redact({ authorization: "Bearer x", url: "https://a.example/b?signature=c" });
 * // { authorization: "[redacted]", url: "https://a.example/b?[redacted]" }
 */
export function redact(fields: Record<string, unknown>): Record<string, unknown> {
  return redactEntries(Object.entries(readable(fields)), { depth: 0, parents: new Set([fields]) });
}

interface Place {
  readonly depth: number;
  /** The objects around, so that a circle ends. */
  readonly parents: ReadonlySet<object>;
}

function redactValue(value: unknown, place: Place): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint" || typeof value === "symbol") return redactText(String(value));
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (place.parents.has(value)) return "[circular]";
  if (place.depth >= depthMax) return "[too deep]";
  try {
    return redactObject(value, { depth: place.depth + 1, parents: new Set([...place.parents, value]) });
  } catch {
    // A revoked proxy or a getter that throws must not cost the log line.
    return "[unreadable]";
  }
}

function redactObject(value: object, place: Place): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return redactError(value, place);
  if (Array.isArray(value)) return redactList(value, place);
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams) {
    return redactEntries([...value.entries()], place);
  }
  if (value instanceof Set) return redactList([...value], place);
  return redactEntries(namedPair(value) ?? Object.entries(readable(value)), place);
}

function redactEntries(
  entries: readonly (readonly [unknown, unknown])[],
  place: Place,
): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries.slice(0, entriesMax)) {
    const key = redactText(String(name));
    copy[key] = isSecretName(key) && isTelling(value) ? redacted : redactValue(value, place);
  }
  if (entries.length > entriesMax) copy["…"] = `${entries.length - entriesMax} more`;
  return { ...copy };
}

/** Header lists come as `["authorization", "…"]`. */
function redactList(values: readonly unknown[], place: Place): unknown[] {
  const [name, value] = values;
  if (values.length === 2 && isSecretName(name) && isTelling(value)) return [name, redacted];
  const copy = values.slice(0, entriesMax).map((item) => redactValue(item, place));
  return values.length > entriesMax ? [...copy, `${values.length - entriesMax} more`] : copy;
}

/** `{ name: "authorization", value: "…" }` names its secret in a value. */
function namedPair(value: object): [string, unknown][] | undefined {
  const pair = value as { name?: unknown; key?: unknown; value?: unknown };
  if (!("value" in pair) || !(isSecretName(pair.name) || isSecretName(pair.key))) return undefined;
  return Object.entries({ ...pair, value: redacted });
}

function redactError(error: Error, place: Place): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const own = Object.entries(readable(error));
  const known = {
    name,
    message,
    ...(cause === undefined ? {} : { cause }),
    ...(stack === undefined ? {} : { stack }),
  };
  return redactEntries([...Object.entries(known), ...own.filter(([key]) => !(key in known))], place);
}

/** Own properties with each getter tried by itself. */
function readable(value: object): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    try {
      copy[key] = (value as Record<string, unknown>)[key];
    } catch {
      copy[key] = "[unreadable]";
    }
  }
  return copy;
}

/** Whether it was given at all is worth knowing, and tells nothing. */
function isTelling(value: unknown): boolean {
  return value !== undefined && value !== null && typeof value !== "boolean" && value !== "";
}
