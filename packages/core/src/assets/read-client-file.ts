import { AppError } from "../errors/app-error.ts";
import type { OpenClientFile } from "./client-file.ts";
import { MediaRejected } from "./media-rejected.ts";

/**
 * Opens a user's file for a copy.
 *
 * The stream fails with `asset_unusable` where its object is replaced or breaks off meanwhile: that is whoever wrote it, not us.
 *
 * @throws AppError `asset_unusable` - it is not there, or larger than that.
 */
export async function readClientFile(
  open: OpenClientFile,
  bytesMax: number,
): Promise<ReadableStream<Uint8Array>> {
  const file = await open();
  if (file === null) throw new AppError("asset_unusable", { details: { reason: "missing" } });
  if (file.bytes > bytesMax) {
    const tooLarge = new MediaRejected("too_large", `over ${bytesMax} bytes`);
    await file.stream.cancel(tooLarge);
    throw tooLarge;
  }
  const reader = file.stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((cause: unknown) => {
          throw new AppError("asset_unusable", { details: { reason: "unreachable" }, cause });
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
