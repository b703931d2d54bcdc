import { open, type Picture, toPicture } from "./picture.ts";

/** Hangs further pictures into a picture, as prints with a white border along its foot: each can be seen to be there. */
export async function withPrints(picture: Picture, prints: readonly Picture[]): Promise<Picture> {
  if (prints.length === 0) return picture;
  const { width, height } = picture;
  const gap = Math.max(2, Math.round(Math.min(width, height) * 0.02));
  const columns = Math.max(4, prints.length);
  const side = Math.max(8, Math.floor(Math.min(height * 0.24, (width - gap * (columns + 1)) / columns)));
  const border = Math.max(1, Math.round(side * 0.05));
  const hung = prints.map(async (print, index) => {
    const inner = Math.max(4, side - 2 * border);
    const input = await open(print)
      .resize(inner, inner, { fit: "cover" })
      .flatten({ background: "#ffffff" })
      .extend({ top: border, bottom: border, left: border, right: border, background: "#fbf9f4" })
      .png()
      .toBuffer();
    return { input, left: gap + index * (side + gap), top: height - side - gap };
  });
  const fitting = (await Promise.all(hung)).filter(({ left }) => left + side <= width);
  return toPicture(open(picture).composite(fitting));
}
