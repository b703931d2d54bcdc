import { createHash } from "node:crypto";
import { units } from "./models.ts";
import { flagOf, listOf, type Parameters, refuseOthers, textOf, wordOf } from "./parameters.ts";
import { readPictures } from "./pictures.ts";
import { invalid } from "./refusal.ts";
import { buy, type Shop, type Visit } from "./sell.ts";
import type { StyleRecord } from "./style-book.ts";
import { basicStyles, styleFamilies } from "./styles.ts";

const known = new Set(
  "image_urls style model image_weights source_styles source_style_weights match mix_policy palette prompt private".split(
    " ",
  ),
);
const picturesMax = 5;

/** `POST /styles`: makes a style from pictures, or from other styles. */
export async function sellStyle(shop: Shop, order: Visit): Promise<Response> {
  const { fields, body } = order;
  refuseOthers(fields, known);
  const family = wordOf(fields, "style", styleFamilies) ?? "any";
  wordOf(fields, "mix_policy", ["PaletteMatch", "MaxWeight"]);
  textOf(fields, "prompt");
  // Older samples call the parts by any name.
  const pictures = await readPictures(body, "image_urls", () => true);
  if (pictures.length === 0) throw invalid("image_urls", "is required");
  if (pictures.length > picturesMax) throw invalid("image_urls", `must be at most ${picturesMax} images`);
  checkWeights(fields, pictures.length);
  const id = buy(shop, order, units.style, 1);
  const style = await shop.styles.create(order.owner, family, flagOf(fields, "private") ?? true, pictures);
  return shop.errors.sign(Response.json({ ...view(style), credits: units.style }), id);
}

function checkWeights(fields: Parameters, count: number): void {
  const weights = listOf(fields, "image_weights");
  if (weights && weights.length !== count)
    throw invalid("image_weights", "must have one weight for each image");
}

/** A style as its maker sees it. */
export function view({ id, style, is_private, created_ms }: StyleRecord) {
  return { id, style, is_private, creation_time: new Date(created_ms).toISOString() };
}

/** `GET /styles/basic`. */
export function basicStyleList() {
  const idOf = (name: string) =>
    createHash("sha256")
      .update(`style ${name}`)
      .digest("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  return { styles: basicStyles.map(({ style, model }) => ({ style_id: idOf(style), style, model })) };
}
