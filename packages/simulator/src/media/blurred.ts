import { open, type Picture, toPicture } from "./picture.ts";

/** An unfinished state of a picture: coarse and soft at step 0, nearer to the end with each step. */
export async function blurred(picture: Picture, step: number): Promise<Picture> {
  const { width, height } = picture;
  const coarse = await toPicture(open(picture).resize(Math.max(8, Math.round(width / (24 >> step))), null));
  return toPicture(
    open(coarse)
      .resize(width, height, { kernel: "cubic", fit: "fill" })
      .blur(8 / (step + 1)),
  );
}
