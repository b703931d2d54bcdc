import { imageToImage } from "./image-to-image.ts";
import { imageToModel } from "./image-to-model.ts";
import { textToImage } from "./text-to-image.ts";
import { textToModel } from "./text-to-model.ts";

/** The operations that come with the providers that offer them. A new one is one file and one line here. */
export const builtInOperations = {
  "text-to-image": textToImage,
  "image-to-image": imageToImage,
  "text-to-model": textToModel,
  "image-to-model": imageToModel,
} as const;

export type BuiltInOperations = typeof builtInOperations;
