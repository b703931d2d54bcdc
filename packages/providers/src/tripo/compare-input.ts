import type { JsonObject } from "@genbff/core";
import { type Comparison, compareJson, together } from "../shared/compare-json.ts";

/** Names under which the former API records what we send. */
const formerNames: Record<string, readonly string[]> = {
  model: ["model_version"],
  input: ["file", "original_model_task_id"],
  inputs: ["files"],
  texture_prompt: ["text_prompt"],
};

/** Compares what we sent with what a task records. Fields that the server added do not count. */
export function compareInput(sent: JsonObject, recorded: Record<string, unknown> | undefined): Comparison {
  const each = Object.entries(sent).map(([field, value]) => {
    const name = [field, ...(formerNames[field] ?? [])].find((known) => recorded?.[known] !== undefined);
    return compareJson(unwrap(value), name === undefined ? undefined : unwrap(recorded?.[name]));
  });
  return together(each);
}

/** The former API wraps a file's token in an object; the words for a surface are wrapped by one of two documents. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value;
  const { file_token, text } = (value ?? {}) as { file_token?: unknown; text?: unknown };
  return [file_token, text].find((inner) => typeof inner === "string") ?? value;
}
