import { text as textOf } from "node:stream/consumers";
import { openConnection } from "../shared/open-connection.ts";
import { piecesOf, sendRequest } from "../shared/send-request.ts";

/** What the storage server said against an upload, in the form in which supabase-js reports it. */
export interface PutFailure {
  readonly status?: number;
  readonly statusCode?: string;
  readonly code?: string;
  readonly message?: string;
  readonly originalError?: unknown;
}

/**
 * Sends a stream to a signed upload URL of our own project; resolves to null when the object is there.
 *
 * Past supabase-js, which uploads by `fetch`: in Node that makes a second branch of every stream in case of a redirect, and keeps
 * in memory all that nobody reads there. It takes no signal and no timeout either.
 *
 * @param options.timeoutMs - For a server that takes no more bytes or does not answer; a slow source is not meant.
 */
export async function putStream(
  url: string,
  body: ReadableStream<Uint8Array>,
  options: { contentType: string; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<PutFailure | null> {
  const { contentType, timeoutMs, signal } = options;
  try {
    const target = new URL(url);
    const socket = await openConnection(target, { timeoutMs, signal });
    try {
      const answer = await sendRequest(target, socket, {
        method: "PUT",
        headers: { "content-type": contentType, "cache-control": "max-age=3600" },
        body,
        timeoutMs,
      });
      const { statusCode: status = 0 } = answer;
      const text = await textOf(piecesOf(answer, timeoutMs));
      return status === 200 ? null : { ...refusalIn(text, status), status };
    } finally {
      socket.destroy();
    }
  } catch (originalError) {
    return { originalError };
  }
}

function refusalIn(text: string, status: number): PutFailure {
  const foreign = { statusCode: String(status) };
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? { ...foreign, ...body } : foreign;
  } catch {
    return foreign;
  }
}
