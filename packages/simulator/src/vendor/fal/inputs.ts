import { fetchLocal } from "../../media/fetch-local.ts";
import { decode, encode, shrinkTo } from "../../media/picture.ts";
import type { World } from "../vendor.ts";
import type { Endpoint } from "./endpoints.ts";
import { type Detail, detailOf } from "./failure.ts";
import type { FalStore, Size } from "./store.ts";

/** What the pictures of an input turned out to be. */
interface Pictures {
  /** Kept pictures by the place of their address, e.g. `image_urls.0`, and what is wrong with the others. */
  readonly kept: Readonly<Record<string, string>>;
  readonly details: readonly Detail[];
  /** Size of the first one, as it is kept. */
  readonly size: Size | undefined;
}

const bytesMax = 20 * 1024 * 1024;
const sideMin = 64;
const sideMax = 8192;
// Enough to work on; the original would make the state grow by megabytes a job.
const keptSide = 1024;

/** Fetches the pictures that an input names, as the model would when it runs. */
export async function readPictures(
  endpoint: Endpoint,
  fields: Readonly<Record<string, unknown>>,
  store: FalStore,
  world: World,
): Promise<Pictures> {
  const kept: Record<string, string> = {};
  const details: Detail[] = [];
  let size: Size | undefined;
  for (const { place, address } of addressesIn(endpoint, fields)) {
    const found = await readPicture(place, address, store, world);
    if ("type" in found) details.push(found);
    else {
      kept[place.join(".")] = found.id;
      size ??= found.size;
    }
  }
  return { kept, details, size };
}

/** An input without its files, which are kept apart. */
export function withoutFiles(
  { parameters }: Endpoint,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const isFile = (name: string) => ["image", "images"].includes(parameters[name]?.type ?? "");
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !isFile(name)));
}

type Place = readonly (string | number)[];

function addressesIn(
  { parameters }: Endpoint,
  fields: Readonly<Record<string, unknown>>,
): { readonly place: Place; readonly address: string }[] {
  return Object.entries(parameters).flatMap(([name, { type }]) => {
    const value = fields[name];
    if (type === "image" && typeof value === "string") return [{ place: [name], address: value }];
    if (type !== "images" || !Array.isArray(value)) return [];
    return value.map((item, index) => ({ place: [name, index], address: String(item) }));
  });
}

async function readPicture(
  field: Place,
  address: string,
  store: FalStore,
  world: World,
): Promise<{ readonly id: string; readonly size: Size } | Detail> {
  const bytes = await bytesOf(address, store, world);
  if (!bytes)
    return detailOf(field, "file_download_error", "Failed to download the file.", { input: address });
  if (bytes.length > bytesMax) {
    const ctx = { max_size: bytesMax };
    return detailOf(field, "file_too_large", "The file is larger than 20 MB.", { ctx });
  }
  const picture = await decode(bytes);
  if (!picture) return detailOf(field, "image_load_error", "Failed to load the image.");
  const { width, height } = picture;
  if (Math.min(width, height) < sideMin) {
    const ctx = { min_width: sideMin, min_height: sideMin };
    return detailOf(field, "image_too_small", "The image dimensions are too small.", { ctx });
  }
  if (Math.max(width, height) > sideMax) {
    const ctx = { max_width: sideMax, max_height: sideMax };
    return detailOf(field, "image_too_large", "The image dimensions are too large.", { ctx });
  }
  const kept = await shrinkTo(picture, keptSide);
  const id = world.state.saveBytes(await encode(kept, "png"));
  return { id, size: { width: kept.width, height: kept.height } };
}

async function bytesOf(address: string, store: FalStore, world: World): Promise<Uint8Array | undefined> {
  const [, base64] = /^data:[\w.+-]+\/[\w.+-]+;base64,(.*)$/s.exec(address) ?? [];
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  const own = `${world.url()}/fal/media/`;
  if (!address.startsWith(own)) return fetchLocal(address, bytesMax + 1);
  const [, id = ""] = /\/files\/(?:[^/]+\/)*?([0-9a-f-]{36})\//.exec(address) ?? [];
  const { bytes_id } = store.file(id) ?? {};
  return bytes_id === undefined ? fetchLocal(address, bytesMax + 1) : world.state.readBytes(bytes_id);
}
