import type { CheckedFile } from "@genbff/core";
import * as z from "zod";
import type { Refusal } from "../shared/check-picture.ts";
import { inputModelLimits, textureModel, textureModels } from "./models.ts";
import { checkModel, checkPrompt, checkTexture, pbr, texture, textureQuality } from "./options.ts";

/** What a caller may set for a new surface: `models/texture`. */
export const refineModelOptions = z.strictObject({
  texture: texture.optional(),
  pbr: pbr.optional(),
  model_version: z.enum(["v3.1", "v3.0", "v2.5"]).meta({ title: "Version", default: "v3.0" }).optional(),
  texture_quality: textureQuality.optional(),
  texture_seed: z
    .number()
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1)
    .meta({ title: "Seed", description: "The same seed gives a similar surface." })
    .optional(),
  bake: z
    .boolean()
    .meta({ title: "Bake", description: "Bake materials into the textures.", default: true })
    .optional(),
});

const yesOrNo = (title: string, description: string, otherwise = false) =>
  z.boolean().meta({ title, description, default: otherwise }).optional();

/** What a caller may set for another file format: `models/convert`. */
export const convertModelOptions = z.strictObject({
  format: z.enum(["GLB", "GLTF", "USDZ", "FBX", "OBJ", "STL", "3MF"]).meta({ title: "Format" }),
  quad: yesOrNo("Quads", "Faces of four corners."),
  force_symmetry: yesOrNo("Symmetry", "Make both halves alike."),
  face_limit: z
    .number()
    .int()
    .min(48)
    .max(2_000_000)
    .meta({ title: "Faces at most", description: "Fewer load faster." })
    .optional(),
  flatten_bottom: yesOrNo("Flat bottom", "So that it stands."),
  flatten_bottom_threshold: z
    .number()
    .min(0)
    .max(1)
    .meta({ title: "How much of the bottom", default: 0.01 })
    .optional(),
  texture_size: z
    .number()
    .int()
    .min(128)
    .max(8192)
    .meta({ title: "Texture size", description: "Pixels a side.", default: 4096 })
    .optional(),
  texture_format: z
    .enum(["JPEG", "PNG", "WEBP", "BMP", "TARGA", "TIFF", "DPX", "HDR", "OPEN_EXR"])
    .meta({ title: "Texture format", default: "JPEG" })
    .optional(),
  scale_factor: z.number().min(0.001).max(1000).meta({ title: "Scale", default: 1 }).optional(),
  pivot_to_center_bottom: yesOrNo("Pivot at the bottom", "Turn and place it by the middle of its bottom."),
  with_animation: yesOrNo("Animation", "Keep its skeleton and its movements.", true),
  animate_in_place: yesOrNo("Move in place", "Movements do not carry it away."),
  pack_uv: yesOrNo("One texture map", "All surfaces on one map."),
  bake: yesOrNo("Bake", "Bake materials into the textures.", true),
  export_vertex_colors: yesOrNo("Colours of corners", "For OBJ and GLTF."),
  export_orientation: z.enum(["+x", "-x", "+y", "-y"]).meta({ title: "Facing", default: "+x" }).optional(),
  fbx_preset: z
    .enum(["blender", "3dsmax", "mixamo"])
    .meta({ title: "FBX for", default: "blender" })
    .optional(),
});

type Input = Record<string, unknown>;

/** What the vendor calls the model that is named for a new surface; undefined where none is. */
export function textureModelOf({ model_version: name }: Input): string | undefined {
  return name === undefined ? undefined : textureModels[name as keyof typeof textureModels];
}

/** Says which field of a `refine-model` will be refused, before anything is held for it. */
export function checkRefinement(input: Input, files: readonly CheckedFile[]): Refusal {
  return (
    checkModel(textureModel, { ...input, model_version: textureModelOf(input) }) ??
    checkTexture(input) ??
    checkPrompt(input, []) ??
    checkModels(files)
  );
}

/** Says which field of a `convert-model` will be refused, before anything is held for it. */
export function checkConversion(input: Input, files: readonly CheckedFile[]): Refusal {
  if (input.export_vertex_colors === true && input.format !== "OBJ" && input.format !== "GLTF")
    return { field: "export_vertex_colors", message: "This is for OBJ and GLTF." };
  return checkModels(files);
}

function checkModels(files: readonly CheckedFile[]): Refusal {
  for (const { field, contentType, bytes } of files) {
    if (!(inputModelLimits.contentTypes as readonly string[]).includes(contentType))
      return { field, message: "The model must be a GLB, FBX, OBJ or STL." };
    if (bytes > inputModelLimits.bytesMax) return { field, message: "The model must be 150 MB or less." };
  }
  return undefined;
}
