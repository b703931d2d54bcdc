import sharp from "sharp";
import { open, type Picture, toPicture } from "../../media/picture.ts";

/** Marks a picture as made by a machine, in its lower right corner. The letters are drawn: no font is needed. */
export async function withWatermark(picture: Picture): Promise<Picture> {
  const { width, height } = picture;
  const tall = Math.max(10, Math.round(Math.min(width, height) * 0.045));
  const wide = tall * 2;
  const gap = Math.round(tall * 0.4);
  if (wide + gap > width || tall + gap > height) return picture;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" viewBox="0 0 40 20">` +
    '<rect width="40" height="20" rx="5" fill="#101418" opacity="0.55"/>' +
    '<path d="M11 15.5L16 4.5L21 15.5M12.8 11.8H19.2M27 4.5V15.5" fill="none" stroke="#ffffff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>';
  const mark = await sharp(Buffer.from(svg)).png().toBuffer();
  const place = { input: mark, left: width - wide - gap, top: height - tall - gap };
  return toPicture(open(picture).composite([place]));
}
