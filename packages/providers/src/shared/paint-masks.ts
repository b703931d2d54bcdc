import { type InputFile, ProviderError } from "@genbff/core";
import { asInputFile, type Mask, readMask } from "./mask.ts";
import { brokenCall } from "./transport-error.ts";

const maskField = "input_mask_asset_url";

/** How a vendor reads masks, and who it is. */
export interface MaskPainting {
  readonly vendor: string;
  /** From `mask.ts`: `toBlackAndWhite` or `toTransparency`. */
  readonly paint: (mask: Mask) => Uint8Array;
}

/**
 * The same files, the mask painted anew as the vendor reads it. Call it before anything is sent.
 *
 * @throws ProviderError `asset_unusable` - the mask cannot be read, `refused`.
 * @throws ProviderError `provider_unavailable` - our storage cannot be read, `not_sent`.
 */
export async function paintMasks(
  files: readonly InputFile[],
  painting: MaskPainting,
): Promise<readonly InputFile[]> {
  return Promise.all(files.map((file) => (file.field === maskField ? paintOne(file, painting) : file)));
}

async function paintOne(file: InputFile, { vendor, paint }: MaskPainting): Promise<InputFile> {
  try {
    return asInputFile(file, paint(await readMask(file)));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof RangeError) {
      throw new ProviderError("asset_unusable", {
        outcome: "refused",
        message: `${vendor}: the mask cannot be used: ${cause.message}`,
        details: { field: maskField },
        cause,
      });
    }
    const why = "an input file could not be read";
    throw brokenCall({ vendor, purpose: "submit", why, notSent: true, cause });
  }
}
