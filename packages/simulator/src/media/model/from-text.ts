import { createRandom } from "../../random.ts";
import { mix, rgbOf } from "../colour.ts";
import { paletteFor } from "../palette.ts";
import { cutFor, turn } from "./lathe.ts";
import type { Material, Model, ModelWish, Part } from "./model.ts";
import { paintOrnament } from "./ornament.ts";
import { turnedThings } from "./profiles.ts";
import { bend } from "./surface.ts";

/** Turns a thing on the lathe: the prompt's words choose what and in which colours, the seed its shape. */
export async function buildFromText(wish: ModelWish & { readonly prompt: string }): Promise<Model> {
  const random = createRandom(`${wish.seed}/${wish.prompt}`);
  const palette = paletteFor(wish.prompt, random);
  const words = wish.prompt.toLowerCase();
  const named = turnedThings.find(({ words: known }) => known.test(words));
  const thing = named ?? random.pick(turnedThings);
  const triangles = wish.faceLimit ?? 24_000;
  const share = thing.second || thing.handle ? 0.6 : 1;

  const body: Material = { name: thing.name, colour: rgbOf(palette.accents[0]), roughness: 0.45 };
  const glazed: Material = wish.texture
    ? { ...body, texture: await paintOrnament(palette, random, wish.seed) }
    : body;
  const parts: Part[] = [turn(thing.body(random), cutFor(Math.min(triangles, 60_000) * share), glazed)];
  const rest = cutFor(Math.min(triangles, 60_000) * (1 - share));
  if (thing.second) {
    const plain = {
      name: "shade",
      colour: rgbOf(mix(palette.light, palette.accents[2], 0.3)),
      roughness: 0.8,
    };
    parts.push(turn(thing.second(random), rest, plain));
  }
  if (thing.handle) {
    const plain = {
      name: "handle",
      colour: rgbOf(mix(palette.accents[0], palette.dark, 0.15)),
      roughness: 0.45,
    };
    parts.push(handle(rest.segments, rest.rows, plain));
  }
  return { name: thing.name, parts };
}

/** A bent tube at the right-hand side of a cup. */
function handle(segments: number, rows: number, material: Material): Part {
  const thick = 0.03;
  return bend(
    {
      columns: segments,
      rows: Math.max(4, rows),
      at(u, v) {
        const along = Math.PI * (0.98 * v - 0.49);
        const around = -u * Math.PI * 2;
        const reach = 0.17 + Math.cos(around) * thick;
        const x = 0.27 + Math.cos(along) * reach * 1.15;
        const y = 0.33 + Math.sin(along) * reach * 1.15;
        return [x, y, Math.sin(around) * thick * -1.5];
      },
    },
    material,
  );
}
