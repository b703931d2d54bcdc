import type { InputFile, JsonObject, ProviderJob } from "@genbff/core";
import * as z from "zod";
import { type AnyModelOffer, toModelInput } from "../any-model/offer.ts";
import { createFormBody, plainFileName } from "../shared/form-data.ts";
import type { Http } from "../shared/http.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callReplicate } from "./call.ts";
import { fileSchema } from "./wire.ts";

/** What is stored with the attempt before it is sent, and compared where the answer got lost. */
const storedSchema = z.object({ operation: z.string(), input: z.record(z.string(), z.json()) });

/** 20 MB over a slow line. */
const uploadTimeoutMs = 90_000;

/** Uploads the files, one after the other, and builds the model's input with their addresses. */
export async function prepare(http: Http, offer: AnyModelOffer, job: ProviderJob, signal: AbortSignal) {
  const urls: string[] = [];
  for (const [index, file] of job.files.entries()) urls.push(await upload(http, file, index, signal));
  return { request: { operation: job.operation, input: toModelInput(offer, job, urls) } };
}

/** Reads what `prepare` stored. */
export function readStored(request: JsonObject): { operation: string; input: JsonObject } {
  return storedSchema.parse(request) as { operation: string; input: JsonObject };
}

/** Never as a data URI: those are for 256 kB at most, and what is sent is stored with the attempt. */
async function upload(http: Http, file: InputFile, index: number, signal: AbortSignal): Promise<string> {
  const answer = await callReplicate(http, {
    purpose: "prepare",
    method: "POST",
    path: "files",
    form: createFormBody([{ name: "content", file, fileName: plainFileName(file, index) }]),
    signal,
    answerTimeoutMs: uploadTimeoutMs,
  });
  if (!answer.ok) throw answer.error;
  const uploaded = fileSchema.safeParse(answer.body);
  if (uploaded.success) return uploaded.data.urls.get;
  throw brokenCall({
    vendor: "replicate",
    purpose: "prepare",
    why: "the upload was answered without an address",
  });
}
