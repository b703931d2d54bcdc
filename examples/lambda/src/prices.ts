/** What each pair of operation and vendor costs: keys in `operation_costs`, which the files in `sql` fill. */
export const prices = {
  "text-to-image": { openai: "text_to_image" },
  "image-to-image": { openai: "image_to_image" },
  "image-inpaint": { openai: "image_inpaint" },
  "text-to-model": { tripo: "text_to_model" },
  "image-to-model": { tripo: "image_to_model" },
  "sketch-to-model": { tripo: "sketch_to_model" },
  "refine-model": { tripo: "refine_model" },
  "convert-model": { tripo: "convert_model" },
} as const;
