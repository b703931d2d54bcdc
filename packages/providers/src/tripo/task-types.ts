/** Every path that makes a task, and how the former API calls its type. The account may spell it in either way. */
const types = {
  "generation/text-to-model": "text_to_model",
  "generation/image-to-model": "image_to_model",
  "generation/multiview-to-model": "multiview_to_model",
  "generation/image-to-splat": "image_to_splat",
  "generation/text-to-image": "text_to_image",
  "generation/image-to-image": "generate_image",
  "generation/image-to-multiview": "generate_multiview_image",
  "generation/edit-multiview": "edit_multiview_image",
  "models/texture": "texture_model",
  "models/convert": "convert_model",
  "models/import": "import_model",
  "models/refine": "refine_model",
  "models/stylize": "stylize_model",
  "animations/rig-check": "animate_prerigcheck",
  "animations/rig": "animate_rig",
  "animations/retarget": "animate_retarget",
  "mesh/segment": "mesh_segmentation",
  "mesh/complete": "mesh_completion",
  "mesh/decimate": "highpoly_to_lowpoly",
};

/**
 * Whether a listed task may have been made by a path. How the account spells a type is not documented: only one that is
 * surely another is passed over, or a task of ours would count as never made.
 */
export function mayBeMadeBy(type: string, path: string): boolean {
  const made = Object.entries(types).find(([known, former]) =>
    [known, known.slice(known.indexOf("/") + 1), former].some((word) => plain(word) === plain(type)),
  );
  return made === undefined || made[0] === path;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]/g, "");
}
