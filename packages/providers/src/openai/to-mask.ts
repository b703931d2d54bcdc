import { type Mask, toTransparency } from "../shared/mask.ts";
import { maskBytesBelow } from "./models.ts";

/**
 * A mask as the vendor reads it: transparent is changed, opaque is kept. It changes what is fully transparent, so that
 * grey has to be one or the other.
 *
 * @throws RangeError - 4 MB or more when it is painted.
 */
export function toOpenaiMask(mask: Mask, bytesBelow: number = maskBytesBelow): Uint8Array {
  const white = mask.white.map((value) => (value < 128 ? 0 : 255));
  const png = toTransparency({ ...mask, white });
  if (png.length >= bytesBelow) throw new RangeError("too many bytes when it is painted");
  return png;
}
