import sharp from "sharp";
import { buildFromText } from "./model/from-text.ts";
import { toGlb } from "./model/glb.ts";
import { decode, encode, open, toPicture } from "./picture.ts";

const smallSide = 64;
const blankDrawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024"><rect width="1024" height="1024" fill="#b9b4ae"/></svg>';

/**
 * What a vendor hands out in place of an output that its filter caught, and calls a success: a blurred picture of the
 * same size and format, a plain thing in place of a model, a plain sheet in place of a drawing.
 */
export async function placeholderFor(bytes: Uint8Array): Promise<Uint8Array> {
  if (Buffer.from(bytes.subarray(0, 4)).toString() === "<svg") return Buffer.from(blankDrawing);
  const picture = await decode(bytes);
  if (!picture) {
    return toGlb(await buildFromText({ seed: "placeholder", prompt: "box", faceLimit: 100, texture: false }));
  }
  const { format } = await sharp(bytes).metadata();
  // Blurred small and enlarged: looks the same as a wide blur, in a hundredth of its time.
  const small = await toPicture(
    open(picture)
      .resize(smallSide, smallSide, { fit: "fill" })
      .blur(smallSide / 8),
  );
  const { width, height } = picture;
  const blurred = await toPicture(open(small).resize(width, height, { fit: "fill", kernel: "cubic" }));
  return encode(blurred, format === "jpeg" || format === "webp" ? format : "png");
}
