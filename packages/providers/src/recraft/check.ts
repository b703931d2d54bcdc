import { applyStyle, type CheckedFile, type JsonObject } from "@genbff/core";
import { checkMask, checkPicture, type Refusal } from "../shared/check-picture.ts";
import {
  hasSize,
  outpaintSideMax,
  type RecraftEndpoint,
  type RecraftModel,
  type RecraftModelId,
} from "./models.ts";
import type { RecraftOperation } from "./options.ts";
import { routeOf } from "./route.ts";
import { checkStyle, styleOf } from "./styles.ts";

type Input = Record<string, unknown>;

/** Says what the model that is chosen will refuse, before anything is held for it. */
export function checkRequest(
  operation: RecraftOperation,
  defaultModel: RecraftModelId,
  input: Input,
  files: readonly CheckedFile[],
): Refusal {
  const { endpoint, model } = routeOf(operation, input, defaultModel);
  const wordy = endpoint.prompt ? (checkStyle(input, model) ?? checkPrompt(input, model)) : undefined;
  return (
    wordy ??
    checkSize(input, model) ??
    (operation === "outpaint" ? checkMargins(input, files) : undefined) ??
    checkFiles(endpoint, files) ??
    checkMask(files)
  );
}

/** One file of a kind: of a second one the vendor would say nothing that anybody understands. */
function checkFiles({ files: taken }: RecraftEndpoint, files: readonly CheckedFile[]): Refusal {
  for (const [index, file] of files.entries()) {
    const { field } = file;
    const limits = taken[field]?.limits;
    if (limits === undefined) return { field, message: "This file is not taken here." };
    if (files.findIndex((other) => other.field === field) < index)
      return { field, message: "One picture is taken, not several." };
    const refusal = checkPicture(file, limits);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Older models read 1,000 letters, and a preset that they do not have adds to the user's own. */
function checkPrompt(input: Input, model: RecraftModel): Refusal {
  const { style } = input;
  const known = typeof style === "string" ? style : undefined;
  const words = typeof input.prompt === "string" ? input.prompt : undefined;
  if (words === undefined) return { field: "prompt", message: "This one needs a prompt." };
  const styled = { input: input as JsonObject, prompt: applyStyle(words, known, "image"), style: known };
  const { promptLengthMax } = model;
  if ((styleOf(styled, model).prompt ?? "").length <= promptLengthMax) return undefined;
  const letters = promptLengthMax.toLocaleString("en-US");
  return { field: "prompt", message: `At most ${letters} characters for this model, with the style.` };
}

function checkSize({ size }: Input, model: RecraftModel): Refusal {
  if (typeof size !== "string" || hasSize(model, size)) return undefined;
  return { field: "size", message: "This model does not paint this size." };
}

const margins = ["expand_left", "expand_right", "expand_top", "expand_bottom"] as const;

/** Where the picture goes on: by margins or to a size, never by both. */
function checkMargins(input: Input, files: readonly CheckedFile[]): Refusal {
  const pixels = (side: (typeof margins)[number]) => Number(input[side] ?? 0);
  const [left, right] = [pixels("expand_left"), pixels("expand_right")];
  const [top, bottom] = [pixels("expand_top"), pixels("expand_bottom")];
  const named = margins.find((side) => input[side] !== undefined);
  if (named !== undefined && input.size !== undefined)
    return { field: "size", message: "Name margins or a size, not both." };
  const grows = left + right + top + bottom > 0 || Number(input.zoom_out_percentage ?? 0) > 0;
  if (!grows && input.size === undefined)
    return {
      field: named ?? "expand_left",
      message: "Say how far it goes on: by a margin, a size or a zoom.",
    };
  const message = `Each side of the result may have ${outpaintSideMax.toLocaleString("en-US")} pixels.`;
  for (const { width, height } of files) {
    if ((width ?? 0) + left + right > outpaintSideMax)
      return { field: left > 0 ? "expand_left" : "expand_right", message };
    if ((height ?? 0) + top + bottom > outpaintSideMax)
      return { field: top > 0 ? "expand_top" : "expand_bottom", message };
  }
  return undefined;
}
