import { decode, type Picture, sizeOf } from "./picture.ts";

/** Of a tile's side: what its two ends share where they do not fit together. */
const overlap = 1 / 6;
/** How much larger than the steps inside it the step from its end to its beginning may be. */
const seamMax = 1.6;

/**
 * A texture as a tile of so many pixels that shows no seam where it meets itself. One that was made to be tiled stays as
 * it is; of any other, each end fades into the other.
 */
export async function tileOf(texture: Uint8Array, width: number): Promise<Picture> {
  const { width: textureWidth, height: textureHeight } = await sizeOf(texture);
  const height = Math.max(4, Math.round((width * textureHeight) / textureWidth));
  const plain = await decode(texture, { width, height });
  if (seamOf(plain, true) <= seamMax && seamOf(plain, false) <= seamMax) return plain;
  const spareX = Math.max(1, Math.round(width * overlap));
  const spareY = Math.max(1, Math.round(height * overlap));
  const larger = await decode(texture, { width: width + spareX, height: height + spareY });
  return fold(fold(larger, spareX, true), spareY, false);
}

/** The step from the last row or column to the first, in parts of what is usual between two neighbours. */
function seamOf({ width, height, data }: Picture, columns: boolean): number {
  const [lines, length] = columns ? [width, height] : [height, width];
  const at = (line: number, place: number) => (columns ? place * width + line : line * width + place) * 3;
  const step = (one: number, other: number) => {
    let sum = 0;
    for (let place = 0; place < length; place++)
      for (let channel = 0; channel < 3; channel++)
        sum += Math.abs((data[at(one, place) + channel] ?? 0) - (data[at(other, place) + channel] ?? 0));
    return sum;
  };
  let inside = 0;
  for (let line = 1; line < lines; line++) inside += step(line - 1, line);
  return (step(lines - 1, 0) + length) / (inside / (lines - 1) + length);
}

/** Lays what is left over at the end upon the beginning. */
function fold(picture: Picture, spare: number, columns: boolean): Picture {
  const width = picture.width - (columns ? spare : 0);
  const height = picture.height - (columns ? 0 : spare);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const along = columns ? x : y;
      const from = (y * picture.width + x) * 3;
      const beyond = (columns ? y * picture.width + x + width : (y + height) * picture.width + x) * 3;
      const mine = along < spare ? (along + 0.5) / spare : 1;
      for (let channel = 0; channel < 3; channel++)
        data[(y * width + x) * 3 + channel] = Math.round(
          mine * (picture.data[from + channel] ?? 0) +
            (mine < 1 ? (1 - mine) * (picture.data[beyond + channel] ?? 0) : 0),
        );
    }
  return { width, height, data };
}
