import { readOrder } from "./order.ts";
import { generate } from "./paint.ts";
import { textOf, wordOf } from "./parameters.ts";
import { readPictures } from "./pictures.ts";
import { invalid, Refusal } from "./refusal.ts";
import { type Shop, sellList, type Visit } from "./sell.ts";
import { readSize, sizeFor } from "./sizes.ts";
import type { StyleRecord } from "./style-book.ts";

const terms = {
  models: () => true,
  defaultModel: "recraftv4_1",
  more: ["size", "upscale", "style_reference_urls"],
};

/** Which kind of picture a path is for; `any` for the one that takes both. */
export type Kind = "any" | "raster" | "vector";

/** `POST /images/generations`, and the two paths for one kind of picture. */
export async function sellGenerations(shop: Shop, order: Visit, kind: Kind): Promise<Response> {
  const wish = readOrder(order.fields, terms);
  if (kind !== "any" && wish.vector !== (kind === "vector")) {
    throw new Refusal(400, "invalid_image_type", `${wish.model.id} does not make ${kind} images`);
  }
  const stranger = order.body.files.find(({ field }) => !isReference(field));
  if (stranger) throw invalid(stranger.field, "unknown parameter");
  wordOf(order.fields, "upscale", ["upscale4mp", "upscale16mp"]);
  const asked = textOf(order.fields, "size");
  const size = asked === undefined ? sizeFor(wish.prompt, wish.model) : readSize(asked, wish.model);

  const references = await readPictures(order.body, "style_reference_urls", isReference);
  if (references.length > 0 && wish.styleId !== undefined) {
    throw invalid("style_id", "cannot be used together with style references");
  }
  if (wish.model.line === "styles" && wish.styleId === undefined && references.length === 0) {
    throw invalid("style_id", `style_id or style references are required by ${wish.model.id}`);
  }
  let style: StyleRecord | undefined;
  if (references.length > 0) {
    style = await shop.styles.create(order.owner, wish.style ?? "any", true, references);
  }
  return sellList(shop, order, wish, { style }, (job) => generate(job, size));
}

function isReference(field: string): boolean {
  return field === "style_references" || field === "style_references[]";
}
