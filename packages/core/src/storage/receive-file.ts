import { AppError } from "../errors/app-error.ts";
import type { Grant } from "./signature.ts";

/**
 * The body of a signed upload, as long as it keeps to what was signed.
 *
 * The returned stream fails with the same errors when the body turns out otherwise than declared.
 *
 * @throws AppError `unsupported_media_type` - another content type than was signed.
 * @throws AppError `payload_too_large` - more bytes than were signed, declared or sent.
 * @throws AppError `validation_failed` - fewer bytes than declared.
 */
export function receiveFile(
  request: Request,
  grant: Extract<Grant, { method: "PUT" }>,
): ReadableStream<Uint8Array> {
  const declared = declaredBytes(request);
  const error =
    request.headers.get("content-type") !== grant.contentType
      ? new AppError("unsupported_media_type", { details: { expected: grant.contentType } })
      : (declared ?? 0) > grant.bytesMax
        ? tooLarge(grant.bytesMax)
        : undefined;
  if (error) throw error;
  const body = request.body ?? new Blob([]).stream();
  return body.pipeThrough(counter(grant.bytesMax, declared));
}

function declaredBytes(request: Request): number | undefined {
  const header = request.headers.get("content-length");
  return header !== null && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

const tooLarge = (bytesMax: number) =>
  new AppError("payload_too_large", { details: { bytes_max: bytesMax } });

function counter(bytesMax: number, declared: number | undefined): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      controller.enqueue(chunk);
    },
    flush() {
      if (declared === undefined || declared === bytes) return;
      throw new AppError("validation_failed", { message: "The body is not as long as it was declared." });
    },
  });
}
