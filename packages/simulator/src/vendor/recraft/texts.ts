import type { TextBox } from "./controls.ts";
import type { Size } from "./sizes.ts";

/** Draws words in their places, each on a plate, so that it can be read on any ground. */
export function drawTexts(texts: readonly TextBox[], { width, height }: Size): string {
  return texts
    .map(({ text, corners }) => {
      const points = corners.map(([x, y]) => [x * width, y * height] as const);
      const xs = points.map(([x]) => x);
      const ys = points.map(([, y]) => y);
      const [left, top] = [Math.min(...xs), Math.min(...ys)];
      const [wide, tall] = [Math.max(...xs) - left, Math.max(...ys) - top];
      const place = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
      return (
        `<polygon points="${place}" fill="#fffaf0"/>` +
        `<text x="${(left + wide / 2).toFixed(1)}" y="${(top + tall * 0.74).toFixed(1)}" font-family="sans-serif" font-weight="bold"` +
        ` font-size="${(tall * 0.7).toFixed(1)}" text-anchor="middle" textLength="${(wide * 0.9).toFixed(1)}"` +
        ` lengthAdjust="spacingAndGlyphs" fill="#1d1a17">${escaped(text)}</text>`
      );
    })
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
