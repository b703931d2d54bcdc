import { applyStyle, type JsonObject } from "@genbff/core";
import { type Vendor, vendors } from "../config.ts";
import { fieldNames, idleFields, makers, otherNames } from "./wire-names.ts";

/** A request as the BFF takes it, and which of its fields had another name. */
export interface RenamedRequest {
  readonly body: JsonObject;
  /** Ours → theirs, so that a refusal can be told in the words of the client. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** What is told of the request beside its body. */
export interface Told {
  readonly operation: string;
  /** For a request without `task_id`; undefined: it must name its own. */
  readonly taskId: string | undefined;
  readonly publicName: (vendor: Vendor) => string;
}

/** Says a body of the Python services in our words. Pure. A field that is there in both words stays, and is refused. */
export function renameRequest(given: JsonObject, { operation, taskId, publicName }: Told): RenamedRequest {
  // There null was a field that is not there.
  const body = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const renamed = new Map<string, string>();
  for (const [theirs, ours] of Object.entries(fieldNames.get(operation) ?? {})) {
    if (body[theirs] === undefined || body[ours] !== undefined) continue;
    body[ours] = body[theirs];
    delete body[theirs];
    renamed.set(ours, theirs);
  }
  for (const field of idleFields.get(operation) ?? []) delete body[field];
  // The draft's own file was sent beside its id; the vendor works on the draft.
  if (body.draft_generation_id !== undefined) delete body.input_model_asset_url;

  const provider = body.provider ?? makers.get(operation);
  if (typeof provider === "string") body.provider = providerNamed(provider, publicName);
  if (taskId !== undefined) body.task_id ??= taskId;
  if (body.provider !== publicName("recraft")) describeStyle(body);
  nameModels(body);
  return { body, renamed };
}

/** The public name of whom a client of the Python services means; any other word stays as it is. */
export function providerNamed(word: string, publicName: (vendor: Vendor) => string): string {
  const vendor = otherNames.get(word) ?? vendors.find((name) => name === word);
  return vendor === undefined ? word : publicName(vendor);
}

/** A style was any words, which went with the prompt; here it is the name of a preset, and other words are the prompt's. */
function describeStyle(body: Record<string, JsonObject[string]>): void {
  const { prompt, style } = body;
  if (typeof prompt !== "string" || typeof style !== "string") return;
  if (applyStyle(undefined, style, "image") !== undefined) return;
  body.prompt = style === "" ? prompt : `${prompt}, ${style}`;
  delete body.style;
}

/** `recraftv3` and `v2.5-20250123` are v3 and v2.5 here. */
function nameModels(body: Record<string, JsonObject[string]>): void {
  if (typeof body.model === "string") body.model = body.model.replace(/^recraft(?=v)/, "");
  if (typeof body.model_version === "string") body.model_version = body.model_version.replace(/-\d{8}$/, "");
}
