import type { InputFile, JobReference, PreparedRequest, ProviderJob } from "@genbff/core";
import { createFormBody, plainFileName } from "../shared/form-data.ts";
import type { Http } from "../shared/http.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callTripo } from "./call.ts";
import { type Import, importModel } from "./import-model.ts";
import { type TripoRequest, toRequest, toWorkRequest } from "./to-request.ts";
import { fileSchema } from "./wire.ts";

/** 20 MB over a slow line. */
const uploadTimeoutMs = 90_000;
/** Models are larger: no line is slower than this. */
const bytesPerMs = 400;

/**
 * Uploads the files, one after the other, and builds the body with their tokens. A model that was brought along is made
 * a task of the vendor's, which alone can be worked on; one that was made there is named by its own. Repeating it costs
 * nothing.
 */
export async function prepare(job: ProviderJob, model: string, given: Import): Promise<PreparedRequest> {
  const request = await toWork(job, model, given);
  return { request: { ...request } };
}

async function toWork(job: ProviderJob, model: string, given: Import): Promise<TripoRequest> {
  const tokens: string[] = [];
  for (const [index, file] of job.files.entries())
    tokens.push(await upload(given.http, file, index, given.signal));
  if (job.operation !== "refine-model" && job.operation !== "convert-model")
    return toRequest(job, model, tokens);

  const draft: JobReference | undefined = job.drafts[0]?.job;
  if (draft !== undefined) return toWorkRequest(job, { taskId: draft.key, credits: 0 });
  const [token] = tokens;
  if (token === undefined) throw new Error("tripo: there is no model to work on");
  return toWorkRequest(job, await importModel(token, given));
}

async function upload(http: Http, file: InputFile, index: number, signal: AbortSignal): Promise<string> {
  const answer = await callTripo(http, {
    purpose: "prepare",
    method: "POST",
    path: "files",
    form: createFormBody([{ name: "file", file, fileName: plainFileName(file, index) }]),
    signal,
    answerTimeoutMs: Math.max(uploadTimeoutMs, Math.ceil(file.bytes / bytesPerMs)),
  });
  if (!answer.ok) throw answer.error;
  const uploaded = fileSchema.safeParse(answer.data);
  if (uploaded.success) return uploaded.data.file_token;
  throw brokenCall({ vendor: "tripo", purpose: "prepare", why: "the upload was answered without a token" });
}
