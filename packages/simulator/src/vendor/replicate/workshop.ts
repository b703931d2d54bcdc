import { withoutDirectives } from "../../faults/parse.ts";
import { keepRecent } from "../../media/keep-recent.ts";
import { buildFromPictures } from "../../media/model/from-pictures.ts";
import { toGlb } from "../../media/model/glb.ts";
import { paintScene } from "../../media/paint-scene.ts";
import { decode, encode, type Picture, scaleTo } from "../../media/picture.ts";
import { placeholderFor } from "../../media/placeholder.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import { hashText } from "../../random.ts";
import type { World } from "../vendor.ts";
import { type PredictionRecord, seedOf } from "./store.ts";

const types: Readonly<Record<string, string>> = {
  webp: "image/webp",
  jpg: "image/jpeg",
  png: "image/png",
  glb: "model/gltf-binary",
};

/** The content type of an output file. */
export function typeOf(name: string): string {
  return types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

/** Makes files when somebody wants them: the same prediction gives the same bytes, also after a restart. */
export function createWorkshop(world: World) {
  const recent = keepRecent<Promise<Uint8Array>>(16);
  const { seed } = world.settings;

  async function make(record: PredictionRecord, name: string): Promise<Uint8Array> {
    const honest = name.endsWith(".glb") ? await sculpt(record) : await paint(record, name);
    return record.fate?.kind === "moderated" ? placeholderFor(honest) : honest;
  }

  async function sculpt(record: PredictionRecord): Promise<Uint8Array> {
    const [front, back] = await picturesOf(record);
    if (!front) throw new Error("the picture of this prediction is gone");
    const wish = { seed: `${seed}/${seedOf(record)}`, faceLimit: 6000, texture: true };
    return toGlb(await buildFromPictures({ ...wish, front, back }));
  }

  async function paint(record: PredictionRecord, name: string): Promise<Uint8Array> {
    const [original] = await picturesOf(record);
    const { prompt, output_quality } = record.input;
    const brief = {
      prompt: withoutDirectives(String(prompt ?? "")),
      seed: hashText(`${seed}/${seedOf(record)}`),
      index: Number(/\d/.exec(name)?.[0] ?? 0),
      transparent: false,
      ...sizeOf(record, original),
    };
    const picture = original
      ? await restyle(await scaleTo(original, brief.width, brief.height), brief, [])
      : await paintScene(brief);
    const format = name.endsWith(".jpg") ? "jpeg" : name.endsWith(".webp") ? "webp" : "png";
    return encode(picture, format, typeof output_quality === "number" ? output_quality : 80);
  }

  async function picturesOf({ pictures }: PredictionRecord): Promise<Picture[]> {
    const decoded = await Promise.all(
      pictures.map((id) => decode(world.state.readBytes(id) ?? new Uint8Array())),
    );
    return decoded.filter((picture) => picture !== undefined);
  }

  return (record: PredictionRecord, name: string) => recent(`${record.id}/${name}`, () => make(record, name));
}

/** Width and height by `aspect_ratio` and `megapixels`, in steps of sixteen pixels. */
function sizeOf(
  { input }: PredictionRecord,
  original: Picture | undefined,
): { readonly width: number; readonly height: number } {
  const [, across = "1", down = "1"] = /^(\d+):(\d+)$/.exec(String(input.aspect_ratio)) ?? [];
  const named = input.aspect_ratio === undefined || input.aspect_ratio === "match_input_image";
  if (named && original) return { width: original.width, height: original.height };
  const ratio = Number(across) / Number(down);
  const area = 1024 * 1024 * Number(input.megapixels ?? 1);
  const whole = (side: number) => Math.round(side / 16) * 16;
  return { width: whole(Math.sqrt(area * ratio)), height: whole(Math.sqrt(area / ratio)) };
}
