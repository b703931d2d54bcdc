import { type InputFile, ProviderError } from "@genbff/core";
import { asInputFile, readMask, toBlackAndWhite } from "../shared/mask.ts";
import { brokenCall } from "../shared/transport-error.ts";

const maskField = "input_mask_asset_url";

/**
 * The same files, the mask painted anew: the vendor refuses grey, soft edges and transparency.
 *
 * @throws ProviderError `asset_unusable` - the mask cannot be read. Nothing was sent.
 * @throws ProviderError `provider_unavailable` - our storage cannot be read, `not_sent`.
 */
export async function withPureMasks(files: readonly InputFile[]): Promise<readonly InputFile[]> {
  return Promise.all(
    files.map(async (file) => (file.field === maskField ? asInputFile(file, await pure(file)) : file)),
  );
}

async function pure(file: InputFile): Promise<Uint8Array> {
  try {
    return toBlackAndWhite(await readMask(file));
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof RangeError) {
      throw new ProviderError("asset_unusable", {
        outcome: "refused",
        message: `recraft: the mask cannot be used: ${cause.message}`,
        details: { field: maskField },
        cause,
      });
    }
    throw brokenCall({
      vendor: "recraft",
      purpose: "submit",
      why: "an input file could not be read",
      notSent: true,
      cause,
    });
  }
}
