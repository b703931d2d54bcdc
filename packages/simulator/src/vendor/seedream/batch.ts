import { askedCount } from "../../asked-count.ts";
import type { Fault } from "../../faults/rule.ts";
import { concernedBy } from "../../faults/spoil-outputs.ts";
import { encode, type Picture } from "../../media/picture.ts";
import type { World } from "../vendor.ts";
import type { Errors } from "./errors.ts";
import { takeApart } from "./layers.ts";
import type { FileFate, Links } from "./links.ts";
import type { Order } from "./parameters.ts";
import { keepInputs, paintFile, recipeOf } from "./pictures.ts";
import type { Refusal } from "./refusal.ts";
import { readSize, type Size } from "./size.ts";

/** One place of the answer: a picture that is made when it is asked for, or why there is none. */
export type Place =
  | { readonly size: Size; make(): Promise<Record<string, unknown>> }
  | { readonly refusal: Refusal };

/** What a batch is made with. */
export interface BatchTools {
  readonly world: World;
  readonly links: Links;
  readonly errors: Errors;
}

/** Plans the pictures of an order. Nothing is painted yet; layers are taken apart at once, for their sizes. */
export async function planBatch(
  order: Order,
  inputs: readonly Picture[],
  fault: Fault | undefined,
  tools: BatchTools,
): Promise<Place[]> {
  const honest = order.layers
    ? await planLayers(order, inputs, fault, tools)
    : await planPictures(order, inputs, fault, tools);
  if (fault?.stage !== "item") return honest;
  const concerned = concernedBy(fault);
  return honest.map((place, index) => (concerned(index) ? { refusal: tools.errors.of(fault) } : place));
}

/** How many pictures the model finds fit: as many as the prompt names, and never more than it may. */
function countOf({ batch, prompt }: Order): number {
  return batch ? Math.max(1, Math.min(batch.max, askedCount(prompt) ?? batch.usual)) : 1;
}

async function planPictures(
  order: Order,
  inputs: readonly Picture[],
  fault: Fault | undefined,
  { world, links }: BatchTools,
): Promise<Place[]> {
  const { state, settings } = world;
  const size = readSize(order.size, order.model, { prompt: order.prompt, input: inputs[0] });
  const kept = order.base64 ? [] : await keepInputs(inputs, state);
  return Array.from({ length: countOf(order) }, (_, index) => ({
    size,
    async make() {
      const recipe = recipeOf(order, size, settings.seed, index);
      const file = order.base64
        ? { b64_json: (await paintFile(recipe, inputs)).toString("base64") }
        : { url: links.issue({ format: order.format, recipe, inputs: kept, ...fateOf(fault, index) }) };
      return { ...file, ...factsOf(order, size) };
    },
  }));
}

async function planLayers(
  order: Order,
  [input]: readonly Picture[],
  fault: Fault | undefined,
  { world, links }: BatchTools,
): Promise<Place[]> {
  const layers = input ? await takeApart(input) : [];
  return layers.map(({ picture, box, whole, zIndex, name, description }, index) => ({
    size: picture,
    async make() {
      const bytes = await encode(picture, "png");
      const file = order.base64
        ? { b64_json: bytes.toString("base64") }
        : {
            url: links.issue({
              format: "png",
              bytes_id: world.state.saveBytes(bytes),
              ...fateOf(fault, index),
            }),
          };
      const normalized = box.map((at, side) => at / (side % 2 === 0 ? whole.width : whole.height));
      const bounding_box = { absolute: box, normalized };
      return { ...file, ...factsOf(order, picture), z_index: zIndex, bounding_box, name, description };
    },
  }));
}

function factsOf(order: Order, { width, height }: Size) {
  return {
    size: `${width}x${height}`,
    ...(order.model.formats ? { output_format: order.format } : {}),
  };
}

/** What a fault has in store for a file behind a link. */
function fateOf(fault: Fault | undefined, index: number): FileFate {
  if (!fault || !concernedBy(fault)(index)) return {};
  if (fault.kind === "link_expired") return { dead: true };
  return fault.kind === "moderated" && fault.stage === "placeholder" ? { caught: true } : {};
}
