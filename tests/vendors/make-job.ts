import type { Draft, InputFile, Provider, ProviderJob } from "@genbff/core";
import { fileOfBytes, jobOf } from "../../packages/providers/src/conformance/cases.ts";
import { pictureSide, someMask, somePicture } from "./media.ts";
import type { OperationCase } from "./operation-cases.ts";

const picture = somePicture();
const mask = someMask();
let jobs = 0;

/** A job that nobody has asked for before, so that its purchases can be counted. */
export function makeJob(
  provider: Provider<object>,
  { operation, input, files = [] }: OperationCase,
  { drafts = [], model }: { drafts?: readonly Draft[]; model?: Uint8Array } = {},
): ProviderJob {
  const made = files.map((field) => fileFor(field, model));
  const prompt = input.prompt ?? input.brief;
  const outputs = provider.offers[operation]?.outputs?.(input) ?? 1;
  const job = jobOf(operation, input, { files: made, drafts, outputs });
  return {
    ...job,
    prompt: typeof prompt === "string" ? prompt : undefined,
    clientReference: `ref-${++jobs}`,
  };
}

function fileFor(field: string, model: Uint8Array | undefined): InputFile {
  if (field === "input_model_asset_url") {
    if (model === undefined) throw new Error("There is no model yet.");
    return { ...fileOfBytes(field, model, "model/gltf-binary"), width: null, height: null };
  }
  const bytes = field === "input_mask_asset_url" ? mask : picture;
  return { ...fileOfBytes(field, bytes), width: pictureSide, height: pictureSide };
}
