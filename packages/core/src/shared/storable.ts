/** What JSON writes for U+0000 and for half a character; a backslash before it makes a false alarm, which costs a walk. */
const suspicious = /\\u(?:0000|d[89a-f])/;

/**
 * A value of JSON as Postgres can keep it: U+0000 and halves of characters become U+FFFD, however deep inside.
 *
 * For what vendors say. A job that was paid for must be written down, whatever its link is called.
 */
export function storable<Value>(value: Value): Value {
  return suspicious.test(JSON.stringify(value) ?? "") ? (mend(value) as Value) : value;
}

function mend(value: unknown): unknown {
  if (typeof value === "string") return mendText(value);
  if (Array.isArray(value)) return value.map(mend);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mendText(key), mend(item)]));
}

const mendText = (text: string) => text.toWellFormed().replaceAll("\0", "\ufffd");
