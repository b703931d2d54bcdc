import { isRecord } from "../../faults/json.ts";
import type { UploadedFormat } from "../../media/model/formats/read-model.ts";
import type { TextureWish } from "../../media/model/formats/texture-files.ts";
import { type ModelFormat, modelFormats } from "../../media/model/formats/write-model.ts";
import type { World } from "../vendor.ts";
import { storedPicture } from "./inputs.ts";
import { readVersion } from "./order.ts";
import { choice, flag, integer, number, seedOf, text } from "./parameters.ts";
import { progressOf } from "./progress.ts";
import { invalid, Refusal, taskNotFound } from "./refusal.ts";
import type { TaskRecord, TripoStore } from "./store.ts";

/** Operations that work on a model which is there already. */
export type Working = WorkOrder["operation"] | "refine_model";

/** A new surface for a model. */
export interface TextureOrder {
  readonly operation: "texture_model";
  /** The task whose model it is. */
  readonly source: string;
  readonly textureQuality: string;
  readonly textureSeed: number;
  readonly text: string;
  /** A stored picture to take the surface from. */
  readonly image?: string;
}

/** A model in another format. */
interface ConvertOrder {
  readonly operation: "convert_model";
  readonly source: string;
  readonly format: ModelFormat;
  readonly textures: TextureWish;
  readonly faceLimit?: number;
  readonly scale: number;
  /** Anything beside the format was asked for, which costs more. */
  readonly isAdvanced: boolean;
}

/** A model file brought along. */
interface ImportOrder {
  readonly operation: "import_model";
  readonly bytes_id: string;
  readonly model: UploadedFormat;
}

/** A request to work on a model, checked. */
export type WorkOrder = TextureOrder | ConvertOrder | ImportOrder;

/** Who asks, and what there is to work on. */
export interface Bench {
  readonly owner: string;
  readonly store: TripoStore;
  readonly world: World;
}

type Fields = Record<string, unknown>;

/**
 * Checks a request of `models/…`.
 *
 * @throws Refusal - whatever the vendor would say.
 */
export async function readWorkOrder(operation: Working, fields: Fields, bench: Bench): Promise<WorkOrder> {
  switch (operation) {
    case "texture_model":
      return readTexture(fields, bench);
    case "convert_model":
      return readConvert(fields, bench);
    case "import_model":
      return readImport(fields, bench);
    case "refine_model": {
      // No model of today makes drafts: there is no task that this could work on.
      const draft = readSource(fields.input ?? fields.draft_model_task_id, bench);
      throw new Refusal(400, 2006, `The type of the source task is not supported: ${draft.order.operation}`);
    }
  }
}

async function readTexture(fields: Fields, bench: Bench): Promise<TextureOrder> {
  const version = readVersion(fields, "v3.0-20250812");
  if (version.series !== "H") throw invalid("model", `must not be ${version.id}`);
  const source = readSource(fields.input ?? fields.original_model_task_id, bench);
  for (const name of ["texture", "pbr", "bake"]) flag(fields, name, true);
  choice(fields, "compress", ["geometry"]);
  choice(fields, "texture_alignment", ["original_image", "geometry"]);
  partNames(fields);
  const prompt = isRecord(fields.texture_prompt) ? fields.texture_prompt : {};
  if (fields.texture_prompt != null && !isRecord(fields.texture_prompt)) {
    throw invalid("texture_prompt", "must be an object");
  }
  const { images } = prompt;
  if (images != null && (!Array.isArray(images) || images.length !== 4)) {
    throw invalid("texture_prompt.images", "must have four positions: front, left, back, right");
  }
  const words = text(prompt, "text") ?? text(fields, "text_prompt") ?? "";
  if (words.length > 1024) throw invalid("texture_prompt.text", "is longer than 1024 characters");
  const front: unknown = Array.isArray(images) ? images[0] : undefined;
  const image = prompt.image ?? front ?? fields.image_prompt ?? prompt.style_image ?? fields.style_image;
  return {
    operation: "texture_model",
    source: source.task_id,
    textureQuality:
      choice(fields, "texture_quality", ["standard", "detailed", "extreme", "fast"]) ?? "standard",
    textureSeed: seedOf(fields, "texture_seed"),
    text: words,
    ...(image == null ? {} : { image: await storedPicture(image, bench.owner, bench.store, bench.world) }),
  };
}

const textureFormats: Record<string, TextureWish["format"]> = {
  JPEG: "jpeg",
  PNG: "png",
  WEBP: "webp",
  TIFF: "tiff",
  // Written as PNG: these four have no encoder here.
  BMP: "png",
  DPX: "png",
  HDR: "png",
  OPEN_EXR: "png",
  TARGA: "png",
};

function readConvert(fields: Fields, bench: Bench): ConvertOrder {
  const source = readSource(fields.input ?? fields.original_model_task_id, bench);
  const format = choice(fields, "format", modelFormats);
  if (format === undefined) throw invalid("format", "is required");
  for (const name of [
    "quad",
    "force_symmetry",
    "flatten_bottom",
    "pivot_to_center_bottom",
    "with_animation",
    "pack_uv",
    "bake",
    "animate_in_place",
    "export_vertex_colors",
  ]) {
    flag(fields, name, false);
  }
  if (fields.export_vertex_colors === true && format !== "OBJ" && format !== "GLTF") {
    throw invalid("export_vertex_colors", "is for OBJ and GLTF");
  }
  number(fields, "flatten_bottom_threshold", 0, 1);
  choice(fields, "export_orientation", ["+x", "-x", "+y", "-y"]);
  choice(fields, "fbx_preset", ["blender", "3dsmax", "mixamo"]);
  partNames(fields);
  const faceLimit = integer(fields, "face_limit", 1, 2_000_000);
  const known = ["input", "original_model_task_id", "format", "type"];
  return {
    operation: "convert_model",
    source: source.task_id,
    format: format as ModelFormat,
    textures: {
      format:
        textureFormats[choice(fields, "texture_format", Object.keys(textureFormats)) ?? "JPEG"] ?? "png",
      longest: integer(fields, "texture_size", 1, 8192) ?? 4096,
    },
    ...(faceLimit === undefined ? {} : { faceLimit }),
    scale: number(fields, "scale_factor", 0.000001, 1_000_000) ?? 1,
    isAdvanced: Object.keys(fields).some((name) => fields[name] != null && !known.includes(name)),
  };
}

function readImport(fields: Fields, { owner, store }: Bench): ImportOrder {
  const given = fields.input ?? fields.file;
  const token = isRecord(given) ? given.file_token : given;
  if (typeof token !== "string") throw invalid("input", "must be a file token");
  const file = store.file(token, owner);
  if (file?.bytes_id === undefined) throw invalid("input", "is not a valid file token");
  if (file.model === undefined) throw new Refusal(400, 2004, "The file type is not supported");
  return { operation: "import_model", bytes_id: file.bytes_id, model: file.model };
}

/** The finished task that a request names. A file must be imported first: that, too, makes a task. */
function readSource(value: unknown, { owner, store, world }: Bench): TaskRecord {
  if (value == null) throw invalid("input", "is required");
  if (typeof value !== "string") throw invalid("input", "must be a task id");
  if (store.file(value, owner)) throw invalid("input", "must be a task id; import the file first");
  const task = store.task(value, owner);
  if (!task) throw taskNotFound();
  if (progressOf(task, world.now()).status !== "success") {
    throw new Refusal(400, 2007, "The source task is not successful");
  }
  return task;
}

function partNames({ part_names: names }: Fields): void {
  if (names != null && !(Array.isArray(names) && names.every((name) => typeof name === "string"))) {
    throw invalid("part_names", "must be a list of strings");
  }
}
