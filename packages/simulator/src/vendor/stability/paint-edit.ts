import { withoutDirectives } from "../../faults/parse.ts";
import { fillFromAround } from "../../media/edit/fill.ts";
import { cutOut, grow, lay, type Matte, matteOfHoles, matteOfMask } from "../../media/edit/matte.ts";
import { paintInto, replaceWith } from "../../media/edit/paint-into.ts";
import { findColour, recolour } from "../../media/edit/recolour.ts";
import { findSubject } from "../../media/edit/subject.ts";
import { widen } from "../../media/edit/widen.ts";
import { coloursNamed, paletteFor } from "../../media/palette.ts";
import { open, type Picture, toPicture } from "../../media/picture.ts";
import { createRandom } from "../../random.ts";
import type { Order } from "./order.ts";
import { needed } from "./paint-new.ts";
import { withPreset } from "./presets.ts";

/** Changes a part of a picture and leaves the rest exactly as it was. */
export async function paintEdit(order: Order, name: string, seed: number): Promise<Picture> {
  const image = needed(order, "image");
  const prompt = withoutDirectives(order.text("prompt"));
  const brief = { prompt, seed, index: 0 };
  const preset = order.text("style_preset");
  switch (name) {
    case "erase":
      return opaque(await fillFromAround(opaque(image), await maskOf(order, image)));
    case "inpaint": {
      const matte = await maskOf(order, image);
      return within(opaque(image), await paintInto(opaque(image), matte, brief), matte, preset, seed);
    }
    case "outpaint": {
      const { left, right, up: top, down: bottom } = sidesOf(order);
      const wide = await widen(image, { left, right, top, bottom }, brief, order.number("creativity"));
      const styled = await withPreset(wide, preset, seed);
      return styled === wide ? wide : pasted(styled, image, left, top);
    }
    case "search-and-replace": {
      const matte = grow(await findNamed(order.text("search_prompt"), image), order.number("grow_mask"));
      return within(image, await replaceWith(image, matte, brief), matte, preset, seed);
    }
    case "search-and-recolor": {
      const matte = await findNamed(order.text("select_prompt"), image);
      const [named] = coloursNamed(prompt);
      const colour = named ?? paletteFor(prompt, createRandom(`${seed}/${prompt}`)).accents[0];
      return within(image, recolour(image, matte, colour), matte, preset, seed);
    }
    default:
      return cutOut(image, await findSubject(image));
  }
}

/** The mask that was sent, white for change; else what is transparent in the picture. */
async function maskOf(order: Order, image: Picture): Promise<Matte> {
  const mask = order.picture("mask");
  const matte = mask ? await matteOfMask(mask, image.width, image.height) : matteOfHoles(image);
  return grow(matte, order.number("grow_mask"));
}

/** What words mean in a picture: the colour they name, if it is there, else what stands before the background. */
async function findNamed(words: string, image: Picture): Promise<Matte> {
  const [colour] = coloursNamed(words);
  const coloured = colour === undefined ? undefined : await findColour(image, colour);
  return coloured ?? findSubject(image);
}

/** A preset is for what was painted: the rest of the picture is not to be touched. */
async function within(
  before: Picture,
  after: Picture,
  matte: Matte,
  preset: string,
  seed: number,
): Promise<Picture> {
  const styled = await withPreset(after, preset, seed);
  return styled === after ? after : lay(before, styled, matte);
}

function sidesOf(order: Order) {
  const [left, right] = [order.number("left"), order.number("right")];
  return { left, right, up: order.number("up"), down: order.number("down") };
}

async function pasted(under: Picture, { data, width, height }: Picture, left: number, top: number) {
  return toPicture(open(under).composite([{ input: data, raw: { width, height, channels: 4 }, left, top }]));
}

/** Transparent pixels still have a colour, which shows once the mask was read from them. */
function opaque(picture: Picture): Picture {
  const data = Buffer.from(picture.data);
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { ...picture, data };
}
