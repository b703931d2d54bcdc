/** What each pair of operation and vendor costs: keys in `operation_costs`, which the files in `sql` fill. */
export const prices = {
  "text-to-image": {
    openai: "text_to_image_v1",
    stability: "text_to_image_stability_v1",
    recraft: "text_to_image_recraft_v1",
    gemini: "text_to_image_gemini_v1",
    seedream: "text_to_image_seedream_v1",
  },
  "image-to-image": {
    openai: "image_to_image_v1",
    stability: "image_to_image_stability_v1",
    recraft: "image_to_image_recraft_v1",
    gemini: "image_to_image_gemini_v1",
    seedream: "image_to_image_seedream_v1",
  },
  "sketch-to-image": { stability: "sketch_to_image_stability_v1" },
  "style-transfer": { stability: "style_transfer_stability_v1" },
  "image-inpaint": {
    openai: "image_inpaint_v1",
    stability: "image_inpaint_stability_v1",
    recraft: "image_inpaint_recraft_v1",
  },
  erase: { stability: "erase_stability_v1", recraft: "erase_recraft_v1" },
  outpaint: { stability: "outpaint_stability_v1", recraft: "outpaint_recraft_v1" },
  "remove-background": {
    stability: "remove_background_stability_v1",
    recraft: "remove_background_recraft_v1",
  },
  "replace-background": {
    stability: "replace_background_stability_v1",
    recraft: "replace_background_recraft_v1",
  },
  "generate-background": { recraft: "generate_background_recraft_v1" },
  "search-and-recolor": { stability: "search_and_recolor_stability_v1" },
  "search-and-replace": { stability: "search_and_replace_stability_v1" },
  upscale: { stability: "upscale_stability_v1", recraft: "upscale_recraft_v1" },
  vectorize: { recraft: "vectorize_recraft_v1" },
  "text-to-model": { tripo: "text_to_model_v1" },
  "image-to-model": { tripo: "image_to_model_v1", stability: "image_to_model_stability_v1" },
  "sketch-to-model": { tripo: "sketch_to_model_v1" },
  "refine-model": { tripo: "refine_model_v1" },
  "convert-model": { tripo: "convert_model_v1" },
  "plan-prompts": { gemini: "plan_prompts_gemini_v1" },
} as const;

/**
 * Who is asked, in this order, where a request names nobody. `outpaint` is not here: how far a picture goes on is said
 * in each vendor's own parameters.
 */
export const fallback = {
  "text-to-image": ["openai", "seedream", "gemini", "recraft", "stability"],
  "image-to-image": ["openai", "seedream", "gemini", "recraft", "stability"],
  "image-inpaint": ["openai", "stability", "recraft"],
  "image-to-model": ["tripo", "stability"],
  erase: ["recraft", "stability"],
  "remove-background": ["recraft", "stability"],
  "replace-background": ["recraft", "stability"],
  upscale: ["recraft", "stability"],
} as const;
