import type { Draft, InputFile, Provider, ProviderJob } from "@genbff/core";
import { fileOfBytes, jobOf } from "../../packages/providers/src/conformance/cases.ts";
import { someMask, somePicture } from "./media.ts";
import type { OperationCase } from "./operation-cases.ts";

const usualSide = 640;
const drawn = new Map<string, Uint8Array>();
let jobs = 0;

/** What a job is made with, beside its request. */
interface Material {
  readonly drafts?: readonly Draft[];
  readonly model?: Uint8Array;
  /** Of the pictures that it works on. Default 640. */
  readonly side?: number;
}

/** A job that nobody has asked for before, so that its purchases can be counted. */
export function makeJob(
  provider: Provider<object>,
  { operation, input, files = [] }: OperationCase,
  { drafts = [], model, side = usualSide }: Material = {},
): ProviderJob {
  const made = files.map((field) => fileFor(field, side, model));
  const prompt = input.prompt ?? input.brief;
  const outputs = provider.offers[operation]?.outputs?.(input) ?? 1;
  const job = jobOf(operation, input, { files: made, drafts, outputs });
  return {
    ...job,
    prompt: typeof prompt === "string" ? prompt : undefined,
    clientReference: `ref-${++jobs}`,
  };
}

function fileFor(field: string, side: number, model: Uint8Array | undefined): InputFile {
  if (field === "input_model_asset_url") {
    if (model === undefined) throw new Error("There is no model yet.");
    return { ...fileOfBytes(field, model, "model/gltf-binary"), width: null, height: null };
  }
  const draw = field === "input_mask_asset_url" ? someMask : somePicture;
  const bytes = drawn.get(`${draw.name} ${side}`) ?? draw(side);
  drawn.set(`${draw.name} ${side}`, bytes);
  return { ...fileOfBytes(field, bytes), width: side, height: side };
}
