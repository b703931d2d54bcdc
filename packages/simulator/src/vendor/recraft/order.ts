import { withoutDirectives } from "../../faults/parse.ts";
import { type Controls, readControls, readTextLayout, type TextBox } from "./controls.ts";
import { findModel, type RecraftModel } from "./models.ts";
import { flagOf, numberOf, type Parameters, refuseOthers, textOf, wholeOf, wordOf } from "./parameters.ts";
import { invalid, wrongModel } from "./refusal.ts";
import { checkStyle, isVectorStyle } from "./styles.ts";

/** How the buyer wants the files. */
export interface Delivery {
  /** Base64 in the answer, in place of links. */
  readonly inline: boolean;
  readonly format: "webp" | "png";
}

/** What all endpoints with models understand, checked and with its defaults. */
export interface Order extends Delivery {
  /** Without fault directives: what is painted. */
  readonly prompt: string;
  readonly model: RecraftModel;
  readonly vector: boolean;
  readonly n: number;
  /** Undefined for any. */
  readonly seed: number | undefined;
  readonly style: string | undefined;
  readonly substyle: string | undefined;
  readonly styleId: string | undefined;
  readonly controls: Controls;
  readonly texts: readonly TextBox[];
  readonly scoresNsfw: boolean;
}

const delivery = ["response_format", "image_format", "expire"];
const shared = [
  ...delivery,
  ..."prompt model n style style_id substyle negative_prompt random_seed controls text_layout style_match creativity block_nsfw calculate_features".split(
    " ",
  ),
];

/** Reads what concerns the files alone. */
export function readDelivery(fields: Parameters): Delivery {
  flagOf(fields, "expire");
  return {
    inline: wordOf(fields, "response_format", ["url", "b64_json"]) === "b64_json",
    format: wordOf(fields, "image_format", ["webp", "png"]) ?? "webp",
  };
}

/** What an endpoint allows. */
export interface Terms {
  readonly models: (model: RecraftModel) => boolean;
  readonly defaultModel: string;
  /** Parameters besides the shared ones. */
  readonly more: readonly string[];
  /** Replaces the shared ones, for the endpoint that takes hardly any. */
  readonly only?: readonly string[];
}

/**
 * Checks the fields of a request for an endpoint with models.
 *
 * @throws Refusal - whatever the vendor would say.
 */
export function readOrder(fields: Parameters, terms: Terms): Order {
  refuseOthers(fields, new Set([...(terms.only ?? shared), ...terms.more]));
  const id = textOf(fields, "model") ?? terms.defaultModel;
  const model = findModel(id);
  if (!model) throw invalid("model", `unknown model ${id}`);
  if (!terms.models(model)) throw wrongModel(id);
  const isOlder = model.line === "v2" || model.line === "v3";
  const prompt = textOf(fields, "prompt", isOlder ? 1000 : 10_000) ?? "";
  if (prompt === "" && !terms.only) throw invalid("prompt", "is required");

  const [style, styleId] = [textOf(fields, "style"), textOf(fields, "style_id")];
  if (style !== undefined && styleId !== undefined)
    throw invalid("style", "cannot be used together with style_id");
  const substyle = textOf(fields, "substyle");
  checkStyle(style, substyle, model);
  if (styleId !== undefined && !isOlder && model.line !== "styles") {
    throw invalid("style_id", `is not supported by ${id}`);
  }
  if (textOf(fields, "negative_prompt") !== undefined && !isOlder) {
    throw invalid("negative_prompt", `is not supported by ${id}`);
  }
  wordOf(fields, "style_match", ["regular", "precise", "flexible"]);
  wordOf(fields, "creativity", ["simple", "standard", "eccentric"]);
  flagOf(fields, "block_nsfw");
  return {
    ...readDelivery(fields),
    prompt: withoutDirectives(prompt),
    model,
    vector: model.vector || isVectorStyle(style),
    n: wholeOf(fields, "n", 1, 6) ?? 1,
    seed: wholeOf(fields, "random_seed", 0, 4_294_967_295),
    style,
    substyle,
    styleId,
    controls: readControls(fields, model),
    texts: readTextLayout(fields, model),
    scoresNsfw: flagOf(fields, "calculate_features") ?? false,
  };
}

/** Where a picture goes beyond its edges. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Share of the frame that is added all around, 0 to 1. */
  readonly zoomOut: number;
  /** Whole size, in place of margins. */
  readonly size: string | undefined;
}

/** Parameters of {@link readFrame}. */
export const frameParameters = [
  "expand_left",
  "expand_right",
  "expand_top",
  "expand_bottom",
  "size",
  "zoom_out_percentage",
];

/**
 * Reads the geometry of `outpaint`.
 *
 * @throws Refusal - none at all, or margins and a size at once.
 */
export function readFrame(fields: Parameters): Frame {
  const side = (name: string) => wholeOf(fields, `expand_${name}`, 0, 4096);
  const sides = { left: side("left"), right: side("right"), top: side("top"), bottom: side("bottom") };
  const size = textOf(fields, "size");
  const zoom = numberOf(fields, "zoom_out_percentage", 0, 100);
  if (zoom === 100) throw invalid("zoom_out_percentage", "must be less than 100");
  const expands = Object.values(sides).some((value) => value !== undefined);
  if (expands && size !== undefined) throw invalid("size", "cannot be used together with expand_*");
  if (!expands && size === undefined && zoom === undefined) {
    throw invalid("expand_left", "one of expand_*, size and zoom_out_percentage is required");
  }
  const { left = 0, right = 0, top = 0, bottom = 0 } = sides;
  return { left, right, top, bottom, size, zoomOut: (zoom ?? 0) / 100 };
}
