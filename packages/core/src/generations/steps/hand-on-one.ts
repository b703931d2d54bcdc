import { inspect } from "../../assets/inspect.ts";
import { isMediaRejected } from "../../assets/media-rejected.ts";
import { outputBytesMax } from "../../assets/store-output.ts";
import { reservedOutput } from "../reserved-key.ts";
import type { RemoteOutput, WorkOrder } from "../work-order.ts";
import type { StoreResult } from "./store-one.ts";

/**
 * Looks at one output to its end and keeps nothing but what it is: its URL is what is delivered.
 *
 * @throws whatever the source failed with; and `signal.reason` after an abort.
 */
export async function handOnOne(
  order: WorkOrder,
  { index, url, expires_at, metadata = {} }: RemoteOutput,
  source: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): Promise<StoreResult> {
  const { kind } = reservedOutput(order, index);
  if (expires_at === undefined) throw new Error("a URL that is handed on has no end");
  try {
    const looked = await inspect(source, { kinds: [kind], bytesMax: outputBytesMax[kind], signal });
    const { bytes, sha256, width, height } = looked;
    const content_type = looked.contentType;
    return {
      asset: {
        index,
        storage_key: null,
        asset_url: url,
        expires_at,
        content_type,
        bytes,
        sha256,
        width,
        height,
        metadata,
      },
    };
  } catch (error) {
    if (isMediaRejected(error)) return { rejected: error.reason };
    throw error;
  }
}
