import { withoutDirectives } from "../../faults/parse.ts";
import { toFbx } from "../../media/model/fbx.ts";
import { buildFromPictures } from "../../media/model/from-pictures.ts";
import { buildFromText } from "../../media/model/from-text.ts";
import { toGlb } from "../../media/model/glb.ts";
import type { Model } from "../../media/model/model.ts";
import { renderPreview } from "../../media/model/render.ts";
import { decode, encode } from "../../media/picture.ts";
import type { World } from "../vendor.ts";
import type { TaskRecord } from "./store.ts";

/** The files of one finished job. */
export interface BuiltModel {
  readonly model: Uint8Array;
  readonly preview: Uint8Array;
}

/** Builds models when somebody downloads them: the same task gives the same bytes, also after a restart. */
export interface Workshop {
  build(task: TaskRecord): Promise<BuiltModel>;
}

const kept = 8;

/** Opens a workshop that remembers the last few builds. */
export function createWorkshop(world: World): Workshop {
  const recent = new Map<string, Promise<BuiltModel>>();
  return {
    build(task) {
      const built = recent.get(task.task_id) ?? build(task, world);
      recent.set(task.task_id, built);
      const [oldest] = recent.keys();
      if (recent.size > kept && oldest !== undefined) recent.delete(oldest);
      return built;
    },
  };
}

async function build(task: TaskRecord, world: World): Promise<BuiltModel> {
  const model = await modelOf(task, world);
  const preview = await encode(await renderPreview(model, 512), "webp", 85);
  return { model: task.order.options.quad ? toFbx(model) : await toGlb(model), preview };
}

async function modelOf({ order, views }: TaskRecord, world: World): Promise<Model> {
  const { options, prompt = "" } = order;
  const wish = {
    seed: `${world.settings.seed}/${options.modelSeed}`,
    faceLimit: options.faceLimit,
    texture: options.texture,
  };
  if (!views) return buildFromText({ ...wish, prompt: withoutDirectives(prompt) });
  const picture = async (id: string | undefined) =>
    id === undefined ? undefined : await decode(world.state.readBytes(id) ?? new Uint8Array());
  const front = await picture(views.front);
  if (!front) throw new Error("the picture of this task is gone");
  return buildFromPictures({ ...wish, front, back: await picture(views.back) });
}
