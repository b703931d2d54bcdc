import { AppError } from "../../errors/app-error.ts";
import { validationFailed } from "../../errors/validation-failed.ts";
import type { JsonObject } from "../../shared/json.ts";
import { type BodyLimits, readChunks } from "./body-stream.ts";
import { shapeProblem } from "./json-shape.ts";
import { unsafeValues } from "./unsafe-values.ts";

/**
 * The body as one plain JSON object.
 *
 * @throws AppError `invalid_json` - not JSON, not UTF-8, a BOM, not an object, duplicate keys, too deep, too many keys.
 * @throws AppError `validation_failed` - text or numbers that cannot be stored, or a reserved name.
 * @throws AppError `payload_too_large`, `request_timeout`.
 */
export async function readJson(request: Request, limits: BodyLimits): Promise<JsonObject> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for await (const chunk of readChunks(request, limits)) text += decodePart(decoder, chunk);
  text += decodePart(decoder, undefined);
  const value = parse(text);
  const problem = shapeProblem(text);
  if (problem !== undefined) throw new AppError("invalid_json", { details: { reason: problem } });
  const issues = unsafeValues(value);
  if (issues.length > 0) throw validationFailed(issues.slice(0, 20));
  return value;
}

function decodePart(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array | undefined): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw new AppError("invalid_json", { details: { reason: "not_utf8" }, cause: error });
  }
}

function parse(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's own message repeats the body, so it goes nowhere.
    throw new AppError("invalid_json", { details: { reason: "syntax" } });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AppError("invalid_json", { details: { reason: "not_an_object" } });
  }
  return value as JsonObject;
}
