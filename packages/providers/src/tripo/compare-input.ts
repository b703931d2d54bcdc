import type { JsonObject } from "@genbff/core";

/** Whether a recorded input is ours. `unclear`: it agrees as far as it goes, but does not hold all that we sent. */
export type Comparison = "equal" | "different" | "unclear";

/** Names under which the former API records what we send. */
const formerNames: Record<string, readonly string[]> = {
  model: ["model_version"],
  input: ["file", "original_model_task_id"],
  inputs: ["files"],
  texture_prompt: ["text_prompt"],
};

/** Compares what we sent with what a task records. Fields that the server added do not count. */
export function compareInput(sent: JsonObject, recorded: Record<string, unknown> | undefined): Comparison {
  let result: Comparison = "equal";
  for (const [field, value] of Object.entries(sent)) {
    const name = [field, ...(formerNames[field] ?? [])].find((known) => recorded?.[known] !== undefined);
    const stored = name === undefined ? undefined : recorded?.[name];
    if (stored === undefined) result = "unclear";
    else if (!isSame(unwrap(value), unwrap(stored))) return "different";
  }
  return result;
}

/** The former API wraps a file's token in an object; the words for a surface are wrapped by one of two documents. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value;
  const { file_token, text } = (value ?? {}) as { file_token?: unknown; text?: unknown };
  return [file_token, text].find((inner) => typeof inner === "string") ?? value;
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === "string" && typeof b === "string") return a.trim() === b.trim();
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const entries = Object.entries(a);
  return (
    (!Array.isArray(a) || a.length === (b as unknown[]).length) &&
    entries.every(([key, value]) => isSame(value, (b as Record<string, unknown>)[key]))
  );
}
