import type { JsonObject, JsonValue } from "@genbff/core";
import type { ModelOutput } from "./offer.ts";

/** Where models put what they made, the likelier names first. */
const places = [
  "images",
  "image",
  "model_mesh",
  "model_glb",
  "pbr_model",
  "model_url",
  "model_urls",
  "model_file",
  "mesh",
  "model",
  "glb",
  "svg",
  "outputs",
  "output",
  "files",
  "file",
];
const flags = ["has_nsfw_concepts", "nsfw_content_detected"];

/**
 * Finds the outputs in what a model gives: a URL, an object with a `url`, a list of either, or an object that holds
 * one of these under a usual name (`images`, `image`, `model_mesh`, `model_glb`, …). An object whose only value is an
 * output is understood too. A filter's flag (`has_nsfw_concepts`, `nsfw_content_detected`) makes its output a
 * rejected one. Empty where nothing was recognised.
 */
export function findOutputs(output: JsonValue): ModelOutput[] {
  const found = filesIn(output) ?? (isObject(output) ? filesInside(output) : undefined) ?? [];
  return withFlags(output, found);
}

/** Turns outputs into rejected ones where the model's own filter says so, whatever is in the file. */
export function withFlags(output: JsonValue, found: readonly ModelOutput[]): ModelOutput[] {
  const flag = isObject(output)
    ? flags.map((name) => output[name]).find((value) => value != null)
    : undefined;
  return found.map((one, index) =>
    flag === true || (Array.isArray(flag) && flag[index] === true) ? { rejected: true } : one,
  );
}

/** Whether a URL is one that can be fetched. */
export function isWebUrl(url: unknown): url is string {
  return typeof url === "string" && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** Whether nothing at all was given, rather than something that nobody understands. */
export function isEmpty(output: JsonValue | undefined): boolean {
  if (output == null || output === "") return true;
  if (Array.isArray(output)) return output.every(isEmpty);
  if (!isObject(output)) return false;
  const usual = [...places, "url"].filter((name) => Object.hasOwn(output, name));
  return usual.length > 0 ? usual.every((name) => isEmpty(output[name])) : Object.keys(output).length === 0;
}

function filesInside(output: JsonObject): ModelOutput[] | undefined {
  for (const name of places) {
    const files = output[name] === undefined ? undefined : filesIn(output[name]);
    if (files !== undefined && files.length > 0) return files;
  }
  // Of several unknown ones nobody can say which is the output and which a preview of it.
  const others = Object.values(output)
    .map(filesIn)
    .filter((files) => files !== undefined && files.length > 0);
  return others.length === 1 ? others[0] : undefined;
}

/** A file, or a list of nothing but files and places that were left empty. */
function filesIn(value: JsonValue): ModelOutput[] | undefined {
  if (Array.isArray(value)) {
    const files = value.map((one) => fileIn(one) ?? (isEmpty(one) ? { missing: true as const } : undefined));
    if (files.length > 0 && files.every((file) => file !== undefined && "missing" in file)) return [];
    return files.every((file) => file !== undefined) ? files : undefined;
  }
  const file = fileIn(value);
  return file === undefined ? undefined : [file];
}

function fileIn(value: JsonValue): ModelOutput | undefined {
  const url = isObject(value) ? value.url : value;
  return isWebUrl(url) ? { url } : undefined;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
