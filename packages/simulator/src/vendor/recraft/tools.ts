import { enlarge, sizeOfArea } from "../../media/edit/enlarge.ts";
import { fillFromAround } from "../../media/edit/fill.ts";
import { grow, matteOfMask } from "../../media/edit/matte.ts";
import type { Picture } from "../../media/picture.ts";
import { units } from "./models.ts";
import { readDelivery } from "./order.ts";
import { removeBackground, toDrawing, toFile } from "./paint.ts";
import { listOf, type Parameters, refuseOthers, wholeOf, wordOf } from "./parameters.ts";
import { type PictureRule, pictureRules, readMask, readPicture } from "./pictures.ts";
import { invalid } from "./refusal.ts";
import { type Shop, sellSingle, type Visit } from "./sell.ts";

type Route = (shop: Shop, order: Visit) => Promise<Response>;

const shared = ["image_url", "response_format", "image_format", "expire"];
const switches = [
  "svg_compression",
  "limit_num_shapes",
  "color_reduction",
  "return_gradients",
  "small_shape_filter",
];
const megapixel = 1024 * 1024;

/** Endpoints that work one picture over, by their name below `/images/`. */
export const tools: Readonly<Record<string, Route>> = {
  async vectorize(shop, order) {
    const { fields } = order;
    check(
      order,
      [...switches, "max_num_shapes", "shape_stacking", "strict_color_palette"],
      pictureRules.processed,
    );
    const isOn = new Map(switches.map((name) => [name, wordOf(fields, name, ["on", "off"]) === "on"]));
    wordOf(fields, "shape_stacking", ["cut_out", "hierarchical"]);
    listOf(fields, "strict_color_palette");
    const most = wholeOf(fields, "max_num_shapes", 0, 4_294_967_295);
    const image = await readPicture(order.body, pictureRules.processed);
    const limit = isOn.get("limit_num_shapes") && most !== undefined ? Math.min(14, most) : undefined;
    const make = () => toDrawing(image, isOn.get("color_reduction") ? Math.min(6, limit ?? 6) : limit);
    return sellSingle(shop, order, units.vectorize, readDelivery(fields), make);
  },
  async removeBackground(shop, order) {
    check(order, [], pictureRules.processed);
    const delivery = readDelivery(order.fields);
    const image = await readPicture(order.body, pictureRules.processed);
    const make = () => removeBackground(image, image.drawn, delivery);
    return sellSingle(shop, order, units.removeBackground, delivery, make);
  },
  crispUpscale: (shop, order) => sellLarger(shop, order, pictureRules.crisp, units.crispUpscale, 0),
  creativeUpscale: (shop, order) =>
    sellLarger(shop, order, pictureRules.processed, units.creativeUpscale, 0.5),
  async eraseRegion(shop, order) {
    check(order, ["mask_url"], { ...pictureRules.erased, parts: ["image", "mask"] });
    const delivery = readDelivery(order.fields);
    const image = await readPicture(order.body, pictureRules.erased);
    const mask = await readMask(order.body, image);
    const make = async () => {
      const matte = await matteOfMask(mask, image.width, image.height);
      return toFile(await fillFromAround(image, grow(matte, 1)), delivery);
    };
    return sellSingle(shop, order, units.eraseRegion, delivery, make);
  },
};

async function sellLarger(shop: Shop, order: Visit, rule: PictureRule, price: number, detail: number) {
  check(order, ["upscale"], rule);
  const delivery = readDelivery(order.fields);
  const image = await readPicture(order.body, rule);
  const { width, height } = largerSize(order.fields, image);
  const make = async () =>
    toFile(await enlarge(image, width, height, { detail, seed: shop.world.settings.seed }), delivery);
  return sellSingle(shop, order, price, delivery, make);
}

/** Twice the side where nothing is asked for; never smaller than it was. */
function largerSize(fields: Parameters, image: Picture) {
  const asked = wordOf(fields, "upscale", ["upscale4mp", "upscale16mp"]);
  const pixels = image.width * image.height;
  if (asked === undefined) return { width: image.width * 2, height: image.height * 2 };
  return sizeOfArea(image, Math.max(pixels, (asked === "upscale4mp" ? 4 : 16) * megapixel), 1);
}

function check({ fields, body }: Visit, more: readonly string[], { parts }: PictureRule): void {
  refuseOthers(fields, new Set([...shared, ...more]));
  const stranger = body.files.find(({ field }) => !parts.includes(field));
  if (stranger) throw invalid(stranger.field, "unknown parameter");
}
