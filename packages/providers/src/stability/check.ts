import type { CheckedFile } from "@genbff/core";
import { checkMask, checkPicture, type Refusal } from "../shared/check-picture.ts";
import { requestBytesMax, type StabilityEndpoint, type StabilityModel } from "./models.ts";
import { type StabilityOperation, stabilityOptions } from "./options.ts";
import { routeOf } from "./route.ts";

type Input = Record<string, unknown>;

/** Room for the frame of a form of 20 fields, and for the words of a style. */
const frameBytes = 8_192;

/** Says what the endpoint that is chosen will refuse, before anything is held for it. */
export function checkRequest(
  operation: StabilityOperation,
  defaultModel: StabilityModel,
  input: Input,
  files: readonly CheckedFile[],
): Refusal {
  const endpoint = routeOf(operation, input, defaultModel);
  return (
    checkFields(operation, endpoint, input) ??
    checkPairs(operation, input) ??
    checkFiles(endpoint, files) ??
    checkMask(files) ??
    checkBytes(input, files)
  );
}

function checkFields(operation: StabilityOperation, endpoint: StabilityEndpoint, input: Input): Refusal {
  const { fields, chosenBy = [], ranges = {}, prompt } = endpoint;
  const refused = Object.keys(stabilityOptions[operation].shape).find(
    (field) => input[field] !== undefined && !(field in fields) && !chosenBy.includes(field),
  );
  if (refused !== undefined)
    return { field: refused, message: "What was chosen beside it does not take it." };
  for (const [field, [min, max]] of Object.entries(ranges)) {
    const value = input[field];
    if (typeof value === "number" && (value < min || value > max))
      return { field, message: `This one takes ${min} to ${max}.` };
  }
  if (prompt?.required && input.prompt === undefined)
    return { field: "prompt", message: "This one needs a prompt." };
  return undefined;
}

/** Parameters that make sense only together. */
function checkPairs(operation: StabilityOperation, input: Input): Refusal {
  if (
    operation === "outpaint" &&
    !["left", "right", "up", "down"].some((side) => Number(input[side] ?? 0) > 0)
  )
    return { field: "left", message: "At least one of left, right, up and down must be more than 0." };
  if (input.light_source_strength !== undefined && input.light_source_direction === undefined)
    return { field: "light_source_strength", message: "This needs light_source_direction." };
  return undefined;
}

function checkFiles({ files: taken }: StabilityEndpoint, files: readonly CheckedFile[]): Refusal {
  const seen = new Set<string>();
  for (const file of files) {
    const limits = taken[file.field]?.limits;
    if (limits === undefined) return { field: file.field, message: "This file is not taken here." };
    if (seen.has(file.field)) return { field: file.field, message: "One picture is taken, not several." };
    seen.add(file.field);
    const refusal = checkPicture(file, limits);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The vendor counts the request as a whole; the largest file is the one to make smaller. */
function checkBytes(input: Input, files: readonly CheckedFile[]): Refusal {
  const [largest] = [...files].sort((one, other) => other.bytes - one.bytes);
  if (largest === undefined) return undefined;
  const words = Object.values(input).filter((value) => typeof value === "string");
  const bytes = files.reduce((sum, file) => sum + file.bytes, Buffer.byteLength(words.join("")) + frameBytes);
  if (bytes <= requestBytesMax) return undefined;
  const message = `All files together must have fewer than ${requestBytesMax.toLocaleString("en-US")} bytes.`;
  return { field: largest.field, message };
}
