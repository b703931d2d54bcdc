import sharp from "sharp";

/**
 * The look of broad opaque strokes: each point takes the mean of the calmest of its four corners (Kuwahara), so that
 * areas become flat and edges stay.
 */
export async function asGouache(picture, radius = 7) {
  const { data, info } = await picture
    .clone()
    .resize(640, 640)
    .flatten()
    .removeAlpha()
    .modulate({ saturation: 1.22 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const out = Buffer.alloc(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      let calmest = Number.POSITIVE_INFINITY;
      let colour = [0, 0, 0];
      for (const [dx, dy] of [
        [-radius, -radius],
        [0, -radius],
        [-radius, 0],
        [0, 0],
      ]) {
        const corner = look(data, width, height, x + dx, y + dy, radius);
        if (corner.spread < calmest) [calmest, colour] = [corner.spread, corner.mean];
      }
      out.set(colour, (y * width + x) * 3);
    }
  return sharp(out, { raw: { width, height, channels: 3 } });
}

function look(data, width, height, left, top, size) {
  const sum = [0, 0, 0];
  let squares = 0;
  let count = 0;
  for (let y = Math.max(0, top); y <= Math.min(height - 1, top + size); y += 2)
    for (let x = Math.max(0, left); x <= Math.min(width - 1, left + size); x += 2) {
      const at = (y * width + x) * 3;
      for (let part = 0; part < 3; part += 1) sum[part] += data[at + part];
      const light = data[at] + data[at + 1] + data[at + 2];
      squares += light * light;
      count += 1;
    }
  if (count === 0) return { spread: Number.POSITIVE_INFINITY, mean: sum };
  const light = sum[0] + sum[1] + sum[2];
  return { spread: squares / count - (light / count) ** 2, mean: sum.map((part) => part / count) };
}
