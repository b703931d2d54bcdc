import { isRecord } from "../../faults/json.ts";
import { type Colour, colourOf } from "../../media/colour.ts";
import type { RecraftModel } from "./models.ts";
import { flagOf, listOf, numberOf, objectOf, type Parameters, refuseOthers, wholeOf } from "./parameters.ts";
import { invalid } from "./refusal.ts";

/** What `controls` ask for. */
export interface Controls {
  /** Strongest first. */
  readonly colours: readonly Colour[];
  readonly backdrop?: Colour;
}

const known = new Set(["colors", "background_color", "artistic_level", "no_text"]);

/**
 * Reads `controls`.
 *
 * @throws Refusal - not colours, weights over 1, or controls that the model does not have.
 */
export function readControls(fields: Parameters, { line, id }: RecraftModel): Controls {
  const controls = objectOf(fields, "controls");
  if (!controls) return { colours: [] };
  refuseOthers(controls, known, "controls.");
  const level = wholeOf(controls, "artistic_level", 0, 5);
  const noText = flagOf(controls, "no_text");
  if (line !== "v3" && (level !== undefined || noText !== undefined)) {
    throw invalid("controls", `artistic_level and no_text are not supported by ${id}`);
  }
  const colours = (listOf(controls, "colors") ?? []).map((item) => {
    if (!isRecord(item)) throw invalid("controls.colors", "must be objects with rgb");
    refuseOthers(item, new Set(["rgb", "weight"]), "controls.colors.");
    return { colour: rgbOf(item, "controls.colors"), weight: numberOf(item, "weight", 0, 1) ?? 0 };
  });
  if (colours.reduce((sum, { weight }) => sum + weight, 0) > 1 + 1e-9) {
    throw invalid("controls.colors", "the sum of weights must be at most 1");
  }
  const backdrop = objectOf(controls, "background_color");
  return {
    colours: colours.sort((a, b) => b.weight - a.weight).map(({ colour }) => colour),
    ...(backdrop ? { backdrop: rgbOf(backdrop, "controls.background_color") } : {}),
  };
}

function rgbOf({ rgb }: Parameters, name: string): Colour {
  const isByte = (value: unknown) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
  if (!Array.isArray(rgb) || rgb.length !== 3 || !rgb.every(isByte)) {
    throw invalid(`${name}.rgb`, "must be three integers from 0 to 255");
  }
  const [red, green, blue] = rgb as [number, number, number];
  return colourOf([red, green, blue]);
}

/** One word and where it stands, in shares of width and height. */
export interface TextBox {
  readonly text: string;
  readonly corners: readonly (readonly [number, number])[];
}

/**
 * Reads `text_layout`.
 *
 * @throws Refusal - another model than V3, more than a word, letters it cannot set, or no four corners.
 */
export function readTextLayout(fields: Parameters, { line, id }: RecraftModel): readonly TextBox[] {
  const layout = listOf(fields, "text_layout");
  if (!layout) return [];
  if (line !== "v3") throw invalid("text_layout", `is not supported by ${id}`);
  return layout.map((item) => {
    if (!isRecord(item)) throw invalid("text_layout", "must be objects with text and bbox");
    refuseOthers(item, new Set(["text", "bbox"]), "text_layout.");
    const { text, bbox } = item;
    if (typeof text !== "string" || !/^[A-Z0-9!"#$%&'()*+,\-./:;<=>?@_]+$/.test(text)) {
      throw invalid("text_layout.text", "must be one word of capital letters, digits and punctuation");
    }
    const isPoint = (point: unknown) =>
      Array.isArray(point) && point.length === 2 && point.every((value) => typeof value === "number");
    if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every(isPoint)) {
      throw invalid("text_layout.bbox", "must be exactly four points [x, y]");
    }
    return { text, corners: bbox as [number, number][] };
  });
}
