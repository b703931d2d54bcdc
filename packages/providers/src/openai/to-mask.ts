import { type InputFile, ProviderError } from "@genbff/core";
import { asInputFile, readMask, toTransparency } from "../shared/mask.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { maskBytesBelow, maskField } from "./models.ts";

/**
 * The files of an edit with its mask painted as the vendor reads it: transparent is changed, opaque is kept.
 *
 * The vendor changes what is fully transparent, so that grey has to be one or the other.
 *
 * @throws ProviderError `asset_unusable` - the mask is no PNG, too large, or 4 MB or more when it is painted.
 * @throws ProviderError `provider_unavailable` - outcome `not_sent`: our own storage could not be read.
 */
export async function withMasks(
  files: readonly InputFile[],
  bytesBelow: number = maskBytesBelow,
): Promise<readonly InputFile[]> {
  return Promise.all(files.map((file) => (file.field === maskField ? paint(file, bytesBelow) : file)));
}

async function paint(file: InputFile, bytesBelow: number): Promise<InputFile> {
  const mask = await readMask(file).catch((cause: unknown) => {
    if (cause instanceof RangeError || cause instanceof SyntaxError) throw unusable(cause);
    throw brokenCall({
      vendor: "openai",
      purpose: "submit",
      why: "a mask could not be read",
      notSent: true,
      cause,
    });
  });
  const white = mask.white.map((value) => (value < 128 ? 0 : 255));
  const painted = asInputFile(file, toTransparency({ ...mask, white }));
  if (painted.bytes >= bytesBelow) throw unusable();
  return painted;
}

function unusable(cause?: unknown): ProviderError {
  return new ProviderError("asset_unusable", {
    outcome: "refused",
    message: "openai: the mask cannot be used",
    details: { field: maskField },
    ...(cause === undefined ? {} : { cause }),
  });
}
