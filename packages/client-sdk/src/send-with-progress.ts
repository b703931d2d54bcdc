import { failureOfAnswer, networkFailure } from "./read-failure.ts";

/** One request whose sending is to be seen. */
export interface ProgressRequest {
  method: "POST" | "PUT";
  url: string;
  headers: Record<string, string>;
  body: FormData | Blob;
  onProgress: (sentBytes: number) => void;
  signal: AbortSignal | undefined;
}

/** Whether this machine can tell how far an upload is. */
export const canTellProgress = (): boolean => typeof XMLHttpRequest === "function";

/** Sends by XMLHttpRequest: `fetch` does not tell how much of a body was sent. Resolves to the parsed answer. */
export function sendWithProgress(request: ProgressRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal?.aborted) return reject(signal.reason);
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open(request.method, request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => request.onProgress(event.loaded);
    xhr.onload = () => {
      const body = parsed(xhr.responseText);
      if (xhr.status >= 200 && xhr.status < 300) return resolve(body);
      reject(failureOfAnswer({ status: xhr.status, header: (name) => xhr.getResponseHeader(name), body }));
    };
    xhr.onerror = () => reject(networkFailure(new Error("XMLHttpRequest failed.")));
    xhr.onabort = () => reject(signal?.reason ?? networkFailure(new Error("XMLHttpRequest was aborted.")));
    xhr.onloadend = () => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort, { once: true });
    xhr.send(request.body);
  });
}

/** A storage may answer a `PUT` with XML or nothing at all. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
