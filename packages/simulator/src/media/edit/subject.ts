import { open, type Picture, toPicture } from "../picture.ts";
import { inverted, type Matte, matteOfHoles, openMatte, toMatte } from "./matte.ts";

const workSide = 280;

/**
 * Finds what a picture shows in front of its background.
 *
 * Transparent pictures say it themselves. Else the background is what looks like the picture's edges and hangs
 * together with them; where that leaves nothing or everything, the subject is taken to be in the middle.
 */
export async function findSubject(picture: Picture): Promise<Matte> {
  const alpha = inverted(matteOfHoles(picture));
  if (shareOf(alpha.data) < 0.98) return alpha;
  const { width, height } = picture;
  const small = await toPicture(
    open(picture).resize(workSide, workSide, { fit: "inside", withoutEnlargement: true }).blur(0.8),
  );
  const strangeness = strangenessOf(small);
  const background = floodFromEdges(strangeness, small.width, small.height, thresholdOf(strangeness));
  const data = Buffer.alloc(background.length);
  for (let pixel = 0; pixel < data.length; pixel++) data[pixel] = background[pixel] === 1 ? 0 : 255;
  const share = shareOf(data);
  const found =
    share < 0.004 || share > 0.97
      ? middle(small.width, small.height)
      : { data, width: small.width, height: small.height };
  const clean = await toMatte(openMatte(found).median(7));
  // Enlarged softly and then steepened: an edge of a few pixels, wherever the picture is large.
  const enlarged = openMatte(clean).resize(width, height, { fit: "fill", kernel: "cubic" }).blur(1);
  return toMatte(enlarged.linear(1.8, -102));
}

function shareOf(data: Buffer): number {
  let count = 0;
  for (const value of data) if (value >= 128) count += 1;
  return count / data.length;
}

/** How unlike the edges of the picture each pixel is. */
function strangenessOf({ data, width, height }: Picture): Float32Array {
  const samples = edgeSamples(width, height);
  const strangeness = new Float32Array(width * height);
  for (let pixel = 0; pixel < strangeness.length; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const expected = [0, 0, 0];
    let weights = 0;
    const seen = [
      [y * width, x],
      [y * width + width - 1, width - 1 - x],
      [x, y],
      [(height - 1) * width + x, height - 1 - y],
    ] as const;
    for (const [source, distance] of seen) {
      const weight = 1 / (distance + 1);
      weights += weight;
      for (let channel = 0; channel < 3; channel++) {
        expected[channel] = (expected[channel] ?? 0) + (data[source * 4 + channel] ?? 0) * weight;
      }
    }
    let least = 0;
    for (let channel = 0; channel < 3; channel++) {
      least += ((expected[channel] ?? 0) / weights - (data[pixel * 4 + channel] ?? 0)) ** 2;
    }
    for (const source of samples) {
      let sum = 0;
      for (let channel = 0; channel < 3; channel++) {
        sum += ((data[source * 4 + channel] ?? 0) - (data[pixel * 4 + channel] ?? 0)) ** 2;
      }
      if (sum < least) least = sum;
    }
    strangeness[pixel] = Math.sqrt(least);
  }
  return strangeness;
}

function edgeSamples(width: number, height: number): number[] {
  const samples: number[] = [];
  for (let step = 0; step < 14; step++) {
    const [x, y] = [Math.floor(((step + 0.5) / 14) * width), Math.floor(((step + 0.5) / 14) * height)];
    samples.push(x, (height - 1) * width + x, y * width, y * width + width - 1);
  }
  return samples;
}

/** The strangeness that parts background and subject best (Otsu), within reason. */
function thresholdOf(strangeness: Float32Array): number {
  const histogram = new Array<number>(256).fill(0);
  for (const value of strangeness) {
    const bin = Math.min(255, Math.floor(value));
    histogram[bin] = (histogram[bin] ?? 0) + 1;
  }
  const total = strangeness.length;
  const sum = histogram.reduce((so, count, bin) => so + count * bin, 0);
  let [below, sumBelow, best, threshold] = [0, 0, 0, 20];
  for (let bin = 0; bin < 256; bin++) {
    below += histogram[bin] ?? 0;
    sumBelow += bin * (histogram[bin] ?? 0);
    if (below === 0 || below === total) continue;
    const apart = sumBelow / below - (sum - sumBelow) / (total - below);
    const between = below * (total - below) * apart * apart;
    if (between > best) [best, threshold] = [between, bin];
  }
  return Math.max(14, Math.min(70, threshold * 0.8));
}

/** Marks with 1 what is not strange and hangs together with the edges. */
function floodFromEdges(strangeness: Float32Array, width: number, height: number, limit: number): Uint8Array {
  const marked = new Uint8Array(strangeness.length);
  const queue: number[] = [];
  const visit = (pixel: number) => {
    if (marked[pixel] === 1 || (strangeness[pixel] ?? 0) > limit) return;
    marked[pixel] = 1;
    queue.push(pixel);
  };
  for (let x = 0; x < width; x++) [x, (height - 1) * width + x].forEach(visit);
  for (let y = 0; y < height; y++) [y * width, y * width + width - 1].forEach(visit);
  for (let pixel = queue.pop(); pixel !== undefined; pixel = queue.pop()) {
    const x = pixel % width;
    if (x > 0) visit(pixel - 1);
    if (x < width - 1) visit(pixel + 1);
    if (pixel >= width) visit(pixel - width);
    if (pixel < strangeness.length - width) visit(pixel + width);
  }
  return marked;
}

function middle(width: number, height: number): Matte {
  const data = Buffer.alloc(width * height);
  for (let pixel = 0; pixel < data.length; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const inside = ((x / width - 0.5) / 0.33) ** 2 + ((y / height - 0.53) / 0.4) ** 2 <= 1;
    data[pixel] = inside ? 255 : 0;
  }
  return { data, width, height };
}
