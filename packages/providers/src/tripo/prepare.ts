import type { InputFile, PreparedRequest, ProviderJob } from "@genbff/core";
import { createFormBody, plainFileName } from "../shared/form-data.ts";
import type { Http } from "../shared/http.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callTripo } from "./call.ts";
import { toRequest } from "./to-request.ts";
import { fileSchema } from "./wire.ts";

/** 20 MB over a slow line. */
const uploadTimeoutMs = 90_000;

/** Uploads the pictures, one after the other, and builds the body with their tokens. Repeating it costs nothing. */
export async function prepare(
  http: Http,
  job: ProviderJob,
  model: string,
  signal: AbortSignal,
): Promise<PreparedRequest> {
  const tokens: string[] = [];
  for (const [index, file] of job.files.entries()) tokens.push(await upload(http, file, index, signal));
  return { request: { ...toRequest(job, model, tokens) } };
}

async function upload(http: Http, file: InputFile, index: number, signal: AbortSignal): Promise<string> {
  const answer = await callTripo(http, {
    purpose: "prepare",
    method: "POST",
    path: "files",
    form: createFormBody([{ name: "file", file, fileName: plainFileName(file, index) }]),
    signal,
    answerTimeoutMs: uploadTimeoutMs,
  });
  if (!answer.ok) throw answer.error;
  const uploaded = fileSchema.safeParse(answer.data);
  if (uploaded.success) return uploaded.data.file_token;
  throw brokenCall({ vendor: "tripo", purpose: "prepare", why: "the upload was answered without a token" });
}
