import type { InputFile, JsonObject, JsonValue, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { type FormPart, plainFileName } from "../shared/form-data.ts";
import type { RecraftEndpoint, RecraftModel } from "./models.ts";
import { styleOf } from "./styles.ts";

const storedSchema = z.object({ path: z.string(), fields: z.record(z.string(), z.json()) });

/** What is sent, without its files: stored with the attempt. */
export interface RecraftRequest {
  readonly path: string;
  readonly fields: JsonObject;
}

/** Our input as the vendor's fields. */
export function toRequest(job: ProviderJob, endpoint: RecraftEndpoint, model: RecraftModel): RecraftRequest {
  const fields: Record<string, JsonValue | undefined> = {};
  if (endpoint.prompt) {
    const { prompt, style, substyle } = styleOf(job, model);
    Object.assign(fields, { prompt, model: model.vendorId, n: job.outputs, style, substyle });
  }
  // The vendor knows no default for it.
  if (endpoint.fields.includes("strength")) fields.strength = 0.5;
  for (const name of endpoint.fields) if (job.input[name] !== undefined) fields[name] = job.input[name];
  // Links: a day to copy the picture in, where bytes in the answer would be lost with it.
  if (endpoint.links) fields.response_format = "url";
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { path: endpoint.path, fields: Object.fromEntries(given) as JsonObject };
}

/** Reads what `prepare` stored. */
export function readStored(request: JsonObject): RecraftRequest {
  return storedSchema.parse(request) as RecraftRequest;
}

/** The fields and files of a request with pictures as a form: links to them would have to be public. */
export function toForm(
  { fields }: RecraftRequest,
  files: readonly InputFile[],
  endpoint: RecraftEndpoint,
): FormPart[] {
  return [
    ...Object.entries(fields).map(([name, value]) => ({ name, value: String(value) })),
    ...files.flatMap((file, index) => {
      const name = endpoint.files[file.field]?.name;
      return name === undefined ? [] : [{ name, file, fileName: plainFileName(file, index) }];
    }),
  ];
}
