import type { CallOptions } from "./client.ts";
import { isGenbffError } from "./errors.ts";
import { repeated } from "./repeat.ts";
import { canTellProgress, sendWithProgress } from "./send-with-progress.ts";
import { sniffType } from "./sniff-type.ts";
import type { Transport } from "./transport.ts";
import type { UploadComplete, UploadReserved } from "./wire.ts";

/** How far an upload is. */
export interface UploadProgress {
  sentBytes: number;
  totalBytes: number;
}

/** How a file is uploaded. */
export interface UploadOptions extends CallOptions {
  /** The task that it belongs to. */
  taskId?: string | undefined;
  /** Called with growing figures, at least at the start and at the end. */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
}

/** Above this a file goes straight to the storage: one request through the BFF would hold it twice. */
const formBytesMax = 8_000_000;

/** Uploads one file, in one request or by a signed `PUT`. */
export async function upload(
  transport: Transport,
  file: Blob,
  options: UploadOptions = {},
): Promise<UploadComplete> {
  const job: Job = {
    transport,
    options,
    type: await sniffType(file),
    name: file instanceof File && file.name ? file.name : "upload",
    file,
    progress: growingProgress(file.size, options.onProgress),
  };
  job.progress(0);
  const uploaded = await (file.size <= formBytesMax ? uploadByForm(job) : uploadByPut(job));
  job.progress(file.size);
  return uploaded;
}

interface Job {
  transport: Transport;
  options: UploadOptions;
  file: Blob;
  type: string;
  name: string;
  progress: (sentBytes: number) => void;
}

async function uploadByForm(job: Job): Promise<UploadComplete> {
  const { transport, options, file } = job;
  const form = new FormData();
  // Before the file, so that a server that reads as it goes knows it in time.
  if (options.taskId !== undefined) form.append("task_id", options.taskId);
  form.append("file", file.type === job.type ? file : file.slice(0, file.size, job.type), job.name);
  try {
    if (!options.onProgress || !canTellProgress()) {
      return await transport.call({ method: "POST", path: "/uploads", form, signal: options.signal });
    }
    const send = (headers: Record<string, string>) =>
      sendWithProgress({
        method: "POST",
        url: transport.urlOf("/uploads"),
        headers,
        body: form,
        onProgress: job.progress,
        signal: options.signal,
      });
    return (await transport.withToken(send)) as UploadComplete;
  } catch (error) {
    // Hosts have limits of their own, below the BFF's: 6 MB on AWS Lambda.
    if (isGenbffError(error) && error.status === 413) return uploadByPut(job);
    throw error;
  }
}

async function uploadByPut(job: Job): Promise<UploadComplete> {
  const { transport, options, file } = job;
  const { signal } = options;
  const reserved = await transport.call<UploadReserved>({
    method: "POST",
    path: "/uploads",
    json: {
      filename: job.name,
      content_type: job.type,
      bytes: file.size,
      ...(options.taskId === undefined ? {} : { task_id: options.taskId }),
    },
    signal,
  });
  await put(job, reserved);
  const path = `/uploads/${encodeURIComponent(reserved.input_asset_id)}/complete`;
  return transport.call({ method: "POST", path, timeoutMs: 60_000, signal });
}

/** The same bytes to the same place: harmless to repeat where the connection broke. */
async function put({ transport, options, file, progress }: Job, { upload }: UploadReserved): Promise<void> {
  const { signal } = options;
  const url = transport.resolve(upload.url);
  const { headers } = upload;
  await repeated(async () => {
    if (!options.onProgress || !canTellProgress()) return transport.put(url, file, { headers, signal });
    await sendWithProgress({ method: "PUT", url, headers, body: file, onProgress: progress, signal });
  }, signal);
}

/** A form is a little larger than its file, and a repeated `PUT` starts again: neither is to be seen. */
function growingProgress(totalBytes: number, onProgress: UploadOptions["onProgress"]) {
  let told = -1;
  return (sentBytes: number) => {
    const capped = Math.min(sentBytes, totalBytes);
    if (capped <= told) return;
    told = capped;
    onProgress?.({ sentBytes: capped, totalBytes });
  };
}
