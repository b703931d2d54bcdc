import { withoutDirectives } from "../../faults/parse.ts";
import { keepRecent } from "../../media/keep-recent.ts";
import { buildFromPictures } from "../../media/model/from-pictures.ts";
import { buildFromText } from "../../media/model/from-text.ts";
import { toGlb } from "../../media/model/glb.ts";
import type { Model } from "../../media/model/model.ts";
import { renderPreview } from "../../media/model/render.ts";
import { paintScene } from "../../media/paint-scene.ts";
import { decode, encode, type Picture } from "../../media/picture.ts";
import { placeholderFor } from "../../media/placeholder.ts";
import { restyle } from "../../media/restyle/restyle.ts";
import { hashText } from "../../random.ts";
import type { World } from "../vendor.ts";
import { findEndpoint } from "./endpoints.ts";
import { type RequestRecord, seedOf } from "./store.ts";

/** Makes files when somebody wants them: the same request gives the same bytes, also after a restart. */
export interface Workshop {
  /** The bytes of one file; undefined if the request has no such file. */
  file(record: RequestRecord, name: string): Promise<Uint8Array | undefined>;
  link(record: RequestRecord, name: string): string;
  /** A file in a data URI. */
  inline(record: RequestRecord, name: string): Promise<string>;
  /** A file as the endpoints for models show it. */
  describe(record: RequestRecord, name: string): Promise<Record<string, unknown>>;
}

const types: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  glb: "model/gltf-binary",
};

/** The content type of a result file. */
export function typeOf(name: string): string {
  return types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
}

/** Opens a workshop. */
export function createWorkshop(world: World): Workshop {
  const recent = keepRecent<Promise<Uint8Array>>(16);
  const { canary, seed } = world.settings;

  async function make(record: RequestRecord, name: string): Promise<Uint8Array> {
    const [stem = "", ending] = name.split(".");
    const isCaught = record.fate?.kind === "moderated";
    if (stem === "model") {
      const glb = await toGlb(await modelOf(record));
      return isCaught ? placeholderFor(glb) : glb;
    }
    if (stem === "preview") return encode(await renderPreview(await modelOf(record), 512), "webp", 85);
    const picture = isCaught ? black(record) : await paint(record, Number(stem));
    return encode(picture, ending === "png" ? "png" : "jpeg");
  }

  async function paint(record: RequestRecord, index: number): Promise<Picture> {
    const several = Object.keys(record.pictures).filter((place) => place.startsWith("image_urls."));
    const [first, ...others] = await Promise.all(several.map((place) => kept(record, place)));
    const original = (await kept(record, "image_url")) ?? first;
    const references = others.filter((picture) => picture !== undefined);
    const prompt = withoutDirectives(String(record.input.prompt ?? ""));
    const chance = hashText(`${seed}/${seedOf(record)}`);
    const brief = { prompt, seed: chance, index, transparent: false, ...record.size };
    return original ? restyle(original, brief, references) : paintScene(brief);
  }

  async function modelOf(record: RequestRecord): Promise<Model> {
    const { face_limit, texture, prompt } = record.input;
    const wish = {
      seed: `${seed}/${seedOf(record)}`,
      faceLimit: typeof face_limit === "number" ? face_limit : undefined,
      texture: texture !== "no",
    };
    const front = (await kept(record, "image_url")) ?? (await kept(record, "front_image_url"));
    if (!front) return buildFromText({ ...wish, prompt: withoutDirectives(String(prompt ?? "")) });
    return buildFromPictures({ ...wish, front, back: await kept(record, "back_image_url") });
  }

  async function kept({ pictures }: RequestRecord, field: string): Promise<Picture | undefined> {
    const id = pictures[field];
    return id === undefined ? undefined : decode(world.state.readBytes(id) ?? new Uint8Array());
  }

  const bytesOf = (record: RequestRecord, name: string) =>
    recent(`${record.request_id}/${name}`, () => make(record, name));
  const link = ({ request_id }: RequestRecord, name: string) =>
    `${world.url()}/fal/media/files/${canary === undefined ? "" : `${canary}/`}${request_id}/${name}`;

  return {
    link,
    async file(record, name) {
      const isModel = findEndpoint(record.endpoint)?.makes === "model";
      const known = isModel ? /^(?:model\.glb|preview\.webp)$/ : /^[0-3]\.(?:png|jpg)$/;
      return known.test(name) ? bytesOf(record, name) : undefined;
    },
    async inline(record, name) {
      const bytes = await bytesOf(record, name);
      return `data:${typeOf(name)};base64,${Buffer.from(bytes).toString("base64")}`;
    },
    async describe(record, name) {
      const { length } = await bytesOf(record, name);
      return { url: link(record, name), content_type: typeOf(name), file_name: name, file_size: length };
    },
  };
}

/** What the vendor hands out in place of a picture that its filter caught. */
function black({ size: { width, height } }: RequestRecord): Picture {
  const data = Buffer.alloc(width * height * 4);
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { data, width, height };
}
