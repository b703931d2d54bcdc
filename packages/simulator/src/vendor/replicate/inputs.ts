import { fetchLocal } from "../../media/fetch-local.ts";
import { decode, encode, shrinkTo } from "../../media/picture.ts";
import type { World } from "../vendor.ts";
import type { Model } from "./models.ts";
import type { ReplicateStore } from "./store.ts";

const bytesMax = 100 * 1024 * 1024;
// Enough to work on; the original would make the state grow by megabytes a job.
const keptSide = 1024;

/** Fetches the files of an input, as the model would when it runs. What cannot be had is a failed prediction. */
export async function readPictures(
  model: Model,
  input: Readonly<Record<string, unknown>>,
  owner: string,
  store: ReplicateStore,
  world: World,
): Promise<{ readonly pictures: readonly string[]; readonly error?: string }> {
  const addresses = Object.entries(model.parameters).flatMap(([name, { type }]) => {
    const value = input[name];
    if (type === "file") return typeof value === "string" ? [value] : [];
    return type === "files" && Array.isArray(value) ? value.map(String) : [];
  });
  const pictures: string[] = [];
  for (const address of addresses) {
    const bytes = await bytesOf(address, owner, store, world);
    if (!bytes) return { pictures: [], error: "Failed to download an input file." };
    const picture = await decode(bytes);
    if (!picture) return { pictures: [], error: "cannot identify image file" };
    pictures.push(world.state.saveBytes(await encode(await shrinkTo(picture, keptSide), "png")));
  }
  return { pictures };
}

async function bytesOf(
  address: string,
  owner: string,
  store: ReplicateStore,
  world: World,
): Promise<Uint8Array | undefined> {
  const [, base64] = /^data:[\w.+-]+\/[\w.+-]+;base64,(.*)$/s.exec(address) ?? [];
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  const files = `${world.url()}/replicate/v1/files/`;
  if (!address.startsWith(files)) return fetchLocal(address, bytesMax);
  const { bytes_id } = store.file(address.slice(files.length), owner) ?? {};
  return bytes_id === undefined ? undefined : world.state.readBytes(bytes_id);
}
