import { breathe } from "./bands.ts";
import { linear, luminanceAt } from "./colour.ts";
import { apply, guidedFilter, weightedMean } from "./guided-filter.ts";
import type { Picture, Plane } from "./picture.ts";

/** How the surface is lit. */
export interface Shading {
  /** 1 where it is lit as usual, less in a shadow, more in a gleam. */
  readonly light: Plane;
  /** The colour of the light, red, green and blue; its brightness is that of the whole photo. */
  readonly colour: readonly [number, number, number];
}

/**
 * Stage 2: light and shade of the surface without its own pattern. Multiplied onto another surface they make it lie
 * where the first one lay.
 *
 * What changes slowly, or strongly, is light; what changes quickly and a little is the old surface. Only pixels of the
 * mask count: a white cup beside it makes no surface brighter.
 */
export async function shade(photo: Picture, mask: Plane, signal: AbortSignal): Promise<Shading> {
  const { width, height, data } = photo;
  const logs = Float32Array.from({ length: width * height }, (_, at) =>
    Math.log(0.004 + luminanceAt(data, at * 3)),
  );
  const measured: Plane = { width, height, data: logs };
  // Its border is half something else.
  const weights: Plane = { width, height, data: mask.data.map((part) => (part > 0.5 ? 1 : 1e-4)) };
  await breathe(signal);
  const longer = Math.max(width, height);
  // The finest of the old pattern first, which a shadow's soft border hardly feels.
  const calm = weightedMean(measured, weights, Math.round(longer / 160) + 1);
  const light = apply(
    guidedFilter(calm, calm, { radius: Math.round(longer / 50), flat: 0.12, weights }),
    calm,
  );
  await breathe(signal);
  const usual = medianOf(light.data, mask);
  return {
    light: {
      width,
      height,
      data: light.data.map((log) => Math.min(2.4, Math.max(0.06, Math.exp(log - usual)))),
    },
    colour: lightOf(photo),
  };
}

/** How far, as a power. */
const trust = 0.75;

function medianOf(values: Float32Array, mask: Plane): number {
  const inside = values.filter((_, at) => (mask.data[at] ?? 0) > 0.5).sort();
  return inside[inside.length >> 1] ?? 0;
}

/**
 * The colour of the light by the "shades of grey" of Finlayson and Trezzi (2004): bright things of many colours are
 * together as grey as the light lets them be. Not believed to the end, for a photo may be full of red things.
 */
function lightOf({ data }: Picture): [number, number, number] {
  const sums = [0, 0, 0];
  for (let at = 0; at < data.length; at++)
    sums[at % 3] = (sums[at % 3] ?? 0) + (linear[data[at] ?? 0] ?? 0) ** 6;
  const [r = 0, g = 0, b = 0] = sums.map((sum) => (sum / (data.length / 3)) ** (1 / 6));
  const grey = Math.max(1e-6, (r + g + b) / 3);
  // A surface of the same texture is darker in a darker photo.
  const brightness = Math.min(1, Math.max(0.35, grey * 1.6));
  const part = (channel: number) => brightness * Math.min(2, Math.max(0.3, channel / grey)) ** trust;
  return [part(r), part(g), part(b)];
}
