import { withoutDirectives } from "../../faults/parse.ts";
import { colourOf, rgbOf } from "../../media/colour.ts";
import { keepRecent } from "../../media/keep-recent.ts";
import { readGlb } from "../../media/model/formats/read-model.ts";
import type { TextureWish } from "../../media/model/formats/texture-files.ts";
import { writeModel } from "../../media/model/formats/write-model.ts";
import { buildFromPictures } from "../../media/model/from-pictures.ts";
import { buildFromText } from "../../media/model/from-text.ts";
import type { Model } from "../../media/model/model.ts";
import { paintOrnament } from "../../media/model/ornament.ts";
import { renderPreview } from "../../media/model/render.ts";
import { paletteFor } from "../../media/palette.ts";
import { averageColour, decode, encode, type Picture } from "../../media/picture.ts";
import { createRandom } from "../../random.ts";
import type { World } from "../vendor.ts";
import type { TaskRecord, TripoStore } from "./store.ts";
import { modelFormatOf } from "./task-view.ts";
import type { TextureOrder, WorkOrder } from "./work-order.ts";

/** The files of one finished job. */
export interface BuiltModel {
  readonly model: Uint8Array;
  /** Drawn at the first call: hardly anybody looks. */
  preview(): Promise<Uint8Array>;
}

/** Builds models when somebody downloads them: the same task gives the same bytes, also after a restart. */
export interface Workshop {
  build(task: TaskRecord): Promise<BuiltModel>;
}

const kept = 8;

/** Opens a workshop that remembers the last few builds. */
export function createWorkshop(world: World, store: TripoStore): Workshop {
  const recent = keepRecent<Promise<BuiltModel>>(kept);

  async function build(task: TaskRecord): Promise<BuiltModel> {
    const model = await modelOf(task);
    const { order } = task;
    const wish = order.operation === "convert_model" ? order.textures : plainTextures;
    let preview: Promise<Uint8Array> | undefined;
    const draw = async () => encode(await renderPreview(model, 512), "webp", 85);
    return {
      model: await writeModel(model, modelFormatOf(task), wish),
      preview: () => (preview ??= draw()),
    };
  }

  async function modelOf({ order, views, owner }: TaskRecord, faceLimit?: number): Promise<Model> {
    if (!("options" in order)) {
      const source = await sourceOf(order, owner, faceLimit);
      if (order.operation === "texture_model") return textured(source, order);
      return order.operation === "convert_model" ? scaled(source, order.scale) : source;
    }
    const { options, prompt = "" } = order;
    const wish = {
      seed: `${world.settings.seed}/${options.modelSeed}`,
      faceLimit: faceLimit ?? options.faceLimit,
      texture: options.texture,
    };
    if (!views) return buildFromText({ ...wish, prompt: withoutDirectives(prompt) });
    const front = await picture(views.front);
    if (!front) throw new Error("the picture of this task is gone");
    return buildFromPictures({ ...wish, front, back: await picture(views.back) });
  }

  async function sourceOf(order: WorkOrder, owner: string, faceLimit?: number): Promise<Model> {
    if (order.operation === "import_model") {
      const bytes = world.state.readBytes(order.bytes_id);
      const read = bytes && order.model === "glb" ? await readGlb(bytes) : undefined;
      // Other formats are taken but not read: a plain block stands for what is in them.
      return read ?? buildFromText({ seed: order.bytes_id, prompt: "box", faceLimit: 500, texture: false });
    }
    const source = store.task(order.source, owner);
    if (!source) throw new Error("the task that this one works on is gone");
    return modelOf(source, order.operation === "convert_model" ? (order.faceLimit ?? faceLimit) : faceLimit);
  }

  async function textured(source: Model, order: TextureOrder): Promise<Model> {
    const random = createRandom(`${world.settings.seed}/${order.textureSeed}/${order.text}`);
    const texture =
      (await picture(order.image)) ??
      (await paintOrnament(paletteFor(order.text, random), random, order.text));
    const colour = rgbOf(colourOf(averageColour(texture)));
    const parts = source.parts.map((part) => ({ ...part, material: { ...part.material, colour, texture } }));
    return { ...source, parts };
  }

  async function picture(id: string | undefined): Promise<Picture | undefined> {
    return id === undefined ? undefined : await decode(world.state.readBytes(id) ?? new Uint8Array());
  }

  return {
    build: (task) => recent(task.task_id, () => build(task)),
  };
}

const plainTextures: TextureWish = { format: "jpeg", longest: 1024 };

function scaled(model: Model, scale: number): Model {
  const parts = model.parts.map((part) => ({
    ...part,
    positions: part.positions.map((value) => value * scale),
  }));
  return { ...model, parts };
}
