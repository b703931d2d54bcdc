import sharp from "sharp";

/** Where things are in it, in parts of width and height. */
export const window = { left: 0.6, top: 0.2, right: 0.8, bottom: 0.6 };
/** Left of it the wall lies in the shade. */
export const shadeEnd = 0.4;

/**
 * A plastered wall as PNG: its left part in the shade, with a blue window, over dark ground; under a little grain, as a
 * photo has it.
 */
export function wall({ width, height }: { width: number; height: number }): Promise<Buffer> {
  const part = (from: number, to: number, length: number) => Math.round((to - from) * length);
  const scene = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="100%" height="100%" fill="#d8c9a6"/>
    <rect width="${shadeEnd * 100}%" height="100%" fill="#877d67"/>
    <rect x="${window.left * 100}%" y="${window.top * 100}%" width="${part(window.left, window.right, width)}"
      height="${part(window.top, window.bottom, height)}" fill="#28467c"/>
    <rect y="88%" width="100%" height="12%" fill="#2c3a22"/></svg>`;
  const grain = { type: "gaussian", mean: 128, sigma: 4 } as const;
  return sharp(Buffer.from(scene))
    .composite([
      {
        input: { create: { width, height, channels: 3, background: "#808080", noise: grain } },
        blend: "overlay",
      },
    ])
    .removeAlpha()
    .png()
    .toBuffer();
}
