import type { InputFile, JsonObject, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { type FormPart, plainFileName } from "../shared/form-data.ts";
import type { StabilityEndpoint } from "./models.ts";
import { styleOf } from "./style-presets.ts";

const storedSchema = z.object({ path: z.string(), fields: z.record(z.string(), z.string()) });

/** What is sent, without its files: stored with the attempt. A form knows only texts. */
export type StabilityRequest = z.output<typeof storedSchema>;

/** Our input as the vendor's fields. */
export function toRequest(job: ProviderJob, endpoint: StabilityEndpoint): StabilityRequest {
  const { prompt, preset } = styleOf(job, endpoint.fields.style_preset !== undefined);
  const fields: Record<string, string> = {};
  if (endpoint.prompt !== undefined && prompt !== undefined) fields[endpoint.prompt.name] = prompt;
  if (preset !== undefined) fields.style_preset = preset;
  Object.assign(fields, endpoint.always);
  for (const [ours, theirs] of Object.entries(endpoint.fields)) {
    const value = job.input[ours];
    if (value !== undefined && value !== null) fields[theirs] = String(value);
  }
  return { path: endpoint.path, fields };
}

/** Reads what `prepare` stored. */
export function readStored(request: JsonObject): StabilityRequest {
  return storedSchema.parse(request);
}

/** The form, always one: the vendor reads no other body, not even for words alone. */
export function toForm(
  { fields }: StabilityRequest,
  files: readonly InputFile[],
  endpoint: StabilityEndpoint,
): FormPart[] {
  return [
    ...Object.entries(fields).map(([name, value]) => ({ name, value })),
    ...files.flatMap((file, index) => {
      const name = endpoint.files[file.field]?.name;
      return name === undefined ? [] : [{ name, file, fileName: plainFileName(file, index) }];
    }),
  ];
}
