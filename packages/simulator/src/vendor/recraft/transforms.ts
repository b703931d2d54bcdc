import { type RecraftModel, units } from "./models.ts";
import { frameParameters, readFrame, readOrder, type Terms } from "./order.ts";
import { imageToImage, inpaint, newBackground, outpaint, variate } from "./paint.ts";
import { numberOf, textOf } from "./parameters.ts";
import { pictureRules, readMask, readPicture } from "./pictures.ts";
import { invalid } from "./refusal.ts";
import { type Shop, sellList, type Visit } from "./sell.ts";
import { readSize } from "./sizes.ts";

const isV3 = ({ line }: RecraftModel) => line === "v3";
const v3Only = (...more: string[]): Terms => ({
  models: isV3,
  defaultModel: "recraftv3",
  more: ["image_url", ...more],
});

type Route = (shop: Shop, order: Visit) => Promise<Response>;

/** Endpoints that make pictures from a picture, by their name below `/images/`. */
export const transforms: Readonly<Record<string, Route>> = {
  async imageToImage(shop, order) {
    const wish = readOrder(order.fields, {
      models: ({ line }) => line !== "v2",
      defaultModel: "recraftv4_1",
      more: ["image_url", "strength"],
    });
    const strength = numberOf(order.fields, "strength", 0, 1);
    if (strength === undefined) throw invalid("strength", "is required");
    const image = await onlyPicture(order, ["image"]);
    return sellList(shop, order, wish, {}, (job) => imageToImage(job, image, strength));
  },
  async inpaint(shop, order) {
    const wish = readOrder(order.fields, v3Only("mask_url"));
    const image = await onlyPicture(order, ["image", "mask"]);
    const mask = await readMask(order.body, image);
    return sellList(shop, order, wish, {}, (job) => inpaint(job, image, mask));
  },
  async generateBackground(shop, order) {
    const wish = readOrder(order.fields, v3Only("mask_url"));
    const image = await onlyPicture(order, ["image", "mask"]);
    const mask = await readMask(order.body, image);
    return sellList(shop, order, wish, {}, (job) => newBackground(job, image, mask));
  },
  async replaceBackground(shop, order) {
    const wish = readOrder(order.fields, v3Only());
    const image = await onlyPicture(order, ["image"]);
    return sellList(shop, order, wish, {}, (job) => newBackground(job, image, undefined));
  },
  async outpaint(shop, order) {
    const wish = readOrder(order.fields, v3Only(...frameParameters));
    const frame = readFrame(order.fields);
    const image = await onlyPicture(order, ["image"]);
    return sellList(shop, order, wish, {}, (job) => outpaint(job, image, frame));
  },
  async variateImage(shop, order) {
    const wish = readOrder(order.fields, {
      models: ({ line }) => line !== "styles",
      defaultModel: "recraftv4_1",
      only: ["n", "model", "random_seed", "image_format", "response_format"],
      more: ["image_url", "size"],
    });
    const size = textOf(order.fields, "size");
    if (size === undefined) throw invalid("size", "is required");
    const pixels = readSize(size, wish.model);
    const image = await onlyPicture(order, ["image"]);
    return sellList(shop, order, wish, { unitsEach: units.variateImage }, (job) =>
      variate(job, image, pixels),
    );
  },
};

async function onlyPicture({ body }: Visit, parts: readonly string[]) {
  const stranger = body.files.find(({ field }) => !parts.includes(field));
  if (stranger) throw invalid(stranger.field, "unknown parameter");
  return readPicture(body, pictureRules.changed);
}
