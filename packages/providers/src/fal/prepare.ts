import type { InputFile, JsonObject, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { type AnyModelOffer, toModelInput } from "../any-model/offer.ts";
import { plainFileName } from "../shared/form-data.ts";
import type { Http } from "../shared/http.ts";
import { putFile } from "../shared/put-file.ts";
import { readErrorBody, readJson } from "../shared/read-json.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { falError } from "./errors.ts";
import { uploadSchema } from "./wire.ts";

/** What is stored with the attempt before it is sent. */
const storedSchema = z.object({ operation: z.string(), input: z.record(z.string(), z.json()) });

/** The vendor's storage: one call for an address, one to put the file there. */
export interface FalStorage {
  readonly http: Http;
  readonly restUrl: string;
}

/** Uploads the files, one after the other, and builds the model's input with their addresses. */
export async function prepare(
  storage: FalStorage,
  offer: AnyModelOffer,
  job: ProviderJob,
  signal: AbortSignal,
) {
  const urls: string[] = [];
  for (const [index, file] of job.files.entries()) urls.push(await upload(storage, file, index, signal));
  return { request: { operation: job.operation, input: toModelInput(offer, job, urls) } };
}

/** Reads what `prepare` stored. */
export function readStored(request: JsonObject): { operation: string; input: JsonObject } {
  return storedSchema.parse(request) as { operation: string; input: JsonObject };
}

/** Never as a data URI: what is sent is stored with the attempt, and no file is whole in memory. */
async function upload({ http, restUrl }: FalStorage, file: InputFile, index: number, signal: AbortSignal) {
  const answer = await http({
    purpose: "prepare",
    method: "POST",
    path: "storage/upload/initiate?storage_type=fal-cdn-v3",
    json: { content_type: file.contentType, file_name: plainFileName(file, index) },
    signal,
  });
  const { status, headers } = answer;
  if (!answer.ok) {
    throw falError({ purpose: "prepare", status, headers, body: await readErrorBody(answer) });
  }
  const signed = uploadSchema.safeParse(await readJson(answer));
  if (!signed.success) {
    throw brokenCall({
      vendor: "fal",
      purpose: "prepare",
      why: "the upload was answered without an address",
    });
  }
  await putFile({ vendor: "fal", url: signed.data.upload_url, trustedUrl: restUrl }, file, signal);
  return signed.data.file_url;
}
