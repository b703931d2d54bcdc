import type { Fault } from "../../faults/rule.ts";
import { encode, type Picture, type PictureFormat } from "../../media/picture.ts";
import { placeholderFor } from "../../media/placeholder.ts";
import type { ReceivedRequest } from "../../request.ts";
import { badRequest } from "./refusal.ts";

/** A finished picture, on its way to the buyer. */
export interface Finished {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly seed: number;
  /** True if the vendor's filter caught it: a success by status, a blurred picture by content. */
  readonly filtered: boolean;
}

/** Whether a fault is the filter's: the answer is a success, and the picture a placeholder. */
export function isCaught(fault: Fault | undefined): boolean {
  return fault?.kind === "moderated" && fault.stage === "placeholder";
}

/** How a buyer wants pictures. */
export type Wanted = "bytes" | "json";

/**
 * Reads `Accept`.
 *
 * @throws Refusal - a form that the endpoint does not have.
 */
export function wantedOf({ headers }: ReceivedRequest): Wanted {
  const accept = headers.get("accept") ?? "*/*";
  const types = accept.split(",").map((part) => part.split(";")[0]?.trim() ?? "");
  if (types.includes("application/json")) return "json";
  if (types.includes("image/*") || types.includes("*/*")) return "bytes";
  throw badRequest("accept: must be one of image/*, application/json");
}

/** Encodes a picture; one that the filter caught is blurred. */
export async function finish(
  picture: Picture,
  format: PictureFormat,
  seed: number,
  filtered: boolean,
): Promise<Finished> {
  const bytes = await encode(picture, format);
  return { bytes: filtered ? await placeholderFor(bytes) : bytes, format, seed, filtered };
}

/** Answers with the picture, as bytes or in JSON. */
export function deliver(
  { bytes, format, seed, filtered }: Finished,
  wanted: Wanted,
  requestId: string,
): Response {
  const reason = filtered ? "CONTENT_FILTERED" : "SUCCESS";
  const headers = { "x-request-id": requestId };
  if (wanted === "json") {
    const body = {
      ...(bytes.length === 0 ? {} : { image: Buffer.from(bytes).toString("base64") }),
      seed,
      finish_reason: reason,
    };
    return Response.json(body, {
      headers: { ...headers, "content-type": `application/json; type=image/${format}` },
    });
  }
  return new Response(new Uint8Array(bytes), {
    headers: {
      ...headers,
      "content-type": `image/${format}`,
      "content-length": String(bytes.length),
      "finish-reason": reason,
      seed: String(seed),
    },
  });
}
