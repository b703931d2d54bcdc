import type { CallOptions } from "./client.ts";

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
