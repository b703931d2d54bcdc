import { convertModel } from "./convert-model.ts";
import { erase } from "./erase.ts";
import { generateBackground } from "./generate-background.ts";
import { imageInpaint } from "./image-inpaint.ts";
import { imageToImage } from "./image-to-image.ts";
import { imageToModel } from "./image-to-model.ts";
import { outpaint } from "./outpaint.ts";
import { planPrompts } from "./plan-prompts.ts";
import { refineModel } from "./refine-model.ts";
import { removeBackground } from "./remove-background.ts";
import { replaceBackground } from "./replace-background.ts";
import { searchAndRecolor } from "./search-and-recolor.ts";
import { searchAndReplace } from "./search-and-replace.ts";
import { sketchToImage } from "./sketch-to-image.ts";
import { sketchToModel } from "./sketch-to-model.ts";
import { styleTransfer } from "./style-transfer.ts";
import { textToImage } from "./text-to-image.ts";
import { textToModel } from "./text-to-model.ts";
import { upscale } from "./upscale.ts";
import { vectorize } from "./vectorize.ts";

/** The operations that come with the providers that offer them. A new one is one file and one line here. */
export const builtInOperations = {
  "text-to-image": textToImage,
  "image-to-image": imageToImage,
  "sketch-to-image": sketchToImage,
  "text-to-model": textToModel,
  "image-to-model": imageToModel,
  "sketch-to-model": sketchToModel,
  "refine-model": refineModel,
  "convert-model": convertModel,
  "remove-background": removeBackground,
  "replace-background": replaceBackground,
  "generate-background": generateBackground,
  "search-and-recolor": searchAndRecolor,
  "search-and-replace": searchAndReplace,
  "image-inpaint": imageInpaint,
  erase,
  outpaint,
  "style-transfer": styleTransfer,
  upscale,
  vectorize,
  "plan-prompts": planPrompts,
} as const;

export type BuiltInOperations = typeof builtInOperations;
