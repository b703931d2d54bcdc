import type { JsonObject, JsonValue } from "../shared/json.ts";

/** Names are written into the statement. Quotes make reserved words usable; this keeps quotes out of the names. */
const identifier = /^[a-z_][a-z0-9_]{0,62}$/;

/** One statement for one call: arguments by name, values as text. */
export interface NamedCall {
  readonly text: string;
  readonly values: (string | null)[];
}

/**
 * Writes `call(functionName, args)` as SQL: `select public."fn"("a" => $1, "b" => $2) as result`.
 *
 * Values travel as text of unknown type, and Postgres reads them by the parameter types of the function, which is
 * never overloaded. So the driver knows no types, and a call means the same here as over HTTP with JSON arguments.
 * Objects and arrays are for `jsonb` parameters, the other values for scalar ones; `null` is SQL's null.
 *
 * @throws Error - a name holds anything but `a-z`, `0-9` and `_`.
 */
export function namedCall(functionName: string, args: JsonObject): NamedCall {
  const names = Object.keys(args).filter((name) => args[name] !== undefined);
  const list = names.map((name, index) => `${quoteName(name)} => $${index + 1}`).join(", ");
  return {
    text: `select public.${quoteName(functionName)}(${list}) as result`,
    values: names.map((name) => asText(args[name] ?? null)),
  };
}

/**
 * Returns the name as it stands in a statement.
 *
 * @throws Error - it holds anything but `a-z`, `0-9` and `_`.
 */
export function quoteName(name: string): string {
  assertName(name);
  return `"${name}"`;
}

/**
 * Lets only the names of functions, arguments and channels pass that every driver takes.
 *
 * @throws Error - it holds anything but `a-z`, `0-9` and `_`.
 */
export function assertName(name: string): void {
  if (!identifier.test(name)) throw new Error(`"${name}" is not a name that the database port takes`);
}

function asText(value: JsonValue): string | null {
  if (value === null) return null;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
