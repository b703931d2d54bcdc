import type { Picture } from "../../media/picture.ts";
import type { Order } from "./order.ts";
import { paintEdit } from "./paint-edit.ts";
import { paintNew } from "./paint-new.ts";
import { replaceBackground } from "./paint-relight.ts";
import { withPreset } from "./presets.ts";
import { upscale } from "./upscale.ts";

/** Paints what an order asks for. The same order and seed give the same pixels. */
export async function paint(order: Order, seed: number): Promise<Picture> {
  const [, group = "", name = ""] = order.endpoint.path.split("/");
  if (group === "upscale") return upscale(order, name, seed);
  if (name === "replace-background-and-relight") return replaceBackground(order, seed);
  if (group === "edit") return paintEdit(order, name, seed);
  return withPreset(await paintNew(order, name, seed), order.text("style_preset"), seed);
}
