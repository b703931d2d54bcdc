import type { Picture } from "../picture.ts";

/** Moves the colours of a picture towards another picture's: their average and their spread. `amount` is 0 to 1. */
export function transferColours(picture: Picture, reference: Picture, amount: number): Picture {
  const [own, wanted] = [spreadOf(picture), spreadOf(reference)];
  const data = Buffer.from(picture.data);
  for (let channel = 0; channel < 3; channel++) {
    const [from, to] = [own[channel], wanted[channel]];
    if (!from || !to) continue;
    const scale = Math.max(0.4, Math.min(2.5, to.deviation / Math.max(1, from.deviation)));
    for (let at = channel; at < data.length; at += 4) {
      const value = data[at] ?? 0;
      const moved = (value - from.mean) * scale + to.mean;
      data[at] = Math.max(0, Math.min(255, Math.round(value + (moved - value) * amount)));
    }
  }
  return { ...picture, data };
}

function spreadOf({ data }: Picture): { mean: number; deviation: number }[] {
  return [0, 1, 2].map((channel) => {
    let [sum, squares, count] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 52) {
      if ((data[at + 3] ?? 0) < 128) continue;
      const value = data[at + channel] ?? 0;
      sum += value;
      squares += value * value;
      count += 1;
    }
    const mean = sum / Math.max(1, count);
    return { mean, deviation: Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean * mean)) };
  });
}
