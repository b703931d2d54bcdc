import { isRecord } from "../../faults/json.ts";
import { fetchLocal } from "../../media/fetch-local.ts";
import { decode, encode, type Picture, shrinkTo } from "../../media/picture.ts";
import type { World } from "../vendor.ts";
import type { Making } from "./order.ts";
import { invalid, Refusal, taskNotFound } from "./refusal.ts";
import type { TripoStore } from "./store.ts";

/** Stored pictures of a job, by the side they show. */
export interface Views {
  readonly front: string;
  readonly left?: string;
  readonly back?: string;
  readonly right?: string;
}

const sides = ["front", "left", "back", "right"] as const;
const bytesMax = 20 * 1024 * 1024;
// Enough to texture a model; the original would make the state grow by megabytes a job.
const longestSide = 1024;

/**
 * Finds the pictures of a creation request and keeps what the model will be made from.
 *
 * @throws Refusal - no input, one that cannot be had, or one the vendor does not take.
 */
export async function readViews(
  operation: Making,
  fields: Record<string, unknown>,
  owner: string,
  store: TripoStore,
  world: World,
): Promise<Views | undefined> {
  if (operation === "text_to_model") return undefined;
  const fetchInput = (value: unknown) => storedPicture(value, owner, store, world);
  if (operation === "image_to_model") {
    const input = fields.input ?? fields.file;
    if (input == null) throw invalid("input", "is required");
    return { front: await fetchInput(input) };
  }
  const given = readSides(fields.inputs ?? fields.files, owner, store);
  const found: Partial<Record<(typeof sides)[number], string>> = {};
  for (const side of sides) {
    if (given[side] !== undefined) found[side] = await fetchInput(given[side]);
  }
  const { front, ...others } = found;
  if (front === undefined) throw invalid("inputs", "must have a front view");
  return { front, ...others };
}

function readSides(inputs: unknown, owner: string, store: TripoStore): Record<string, unknown> {
  if (!Array.isArray(inputs) || inputs.length === 0) throw invalid("inputs", "is required");
  const first: unknown = inputs[0];
  if (inputs.length === 1 && isRecord(first) && typeof first.task_id === "string") {
    // The source must be an image-to-multiview task, an operation that this simulator does not sell.
    throw store.task(first.task_id, owner) ? wrongSource() : taskNotFound();
  }
  const named = inputs.every((item) => isRecord(item) && Object.keys(item).some((key) => isSide(key)));
  const pairs: (readonly [string, unknown])[] = named
    ? inputs.flatMap((item) => Object.entries(item as Record<string, unknown>))
    : inputs.map((item, index) => [sides[index] ?? "", item] as const);
  if (!named && inputs.length !== 4)
    throw invalid("inputs", "must have four positions: front, left, back, right");
  const given = Object.fromEntries(pairs.filter(([, value]) => !isEmptyView(value)));
  const stranger = Object.keys(given).find((key) => !isSide(key));
  if (stranger !== undefined) throw invalid("inputs", `has an unknown view ${stranger}`);
  if (given.front === undefined) throw invalid("inputs", "must have a front view");
  if (Object.keys(given).length < 2) throw invalid("inputs", "must have at least two views");
  return given;
}

/**
 * The picture that a value names: a token, a descriptor or an address.
 *
 * @throws Refusal - it cannot be had, or the vendor does not take it.
 */
export async function storedPicture(
  value: unknown,
  owner: string,
  store: TripoStore,
  world: World,
): Promise<string> {
  const input = isRecord(value) ? (value.file_token ?? value.url ?? value.object) : value;
  if (isRecord(input)) throw new Refusal(404, 2019, "File not found");
  if (typeof input !== "string" || input === "") throw invalid("input", "must be a string");
  if (input.startsWith("data:")) throw invalid("input", "must not be a data URI");
  if (/^https?:\/\//.test(input)) {
    const bytes = await fetchLocal(input, bytesMax);
    if (!bytes) throw new Refusal(400, 2020, "The image url is not usable");
    return world.state.saveBytes(await acceptPicture(bytes));
  }
  const file = store.file(input, owner);
  if (file?.model) throw new Refusal(400, 2004, "The file type is not supported", "Use PNG, JPEG or WebP.");
  if (file?.bytes_id !== undefined) return file.bytes_id;
  throw store.task(input, owner) ? wrongSource() : invalid("input", "is not a valid file token");
}

/**
 * Checks a picture by the vendor's limits and reduces it to what is kept.
 *
 * @throws Refusal - empty, too large, of another type, or too small.
 */
export async function acceptPicture(bytes: Uint8Array): Promise<Buffer> {
  if (bytes.length === 0) throw new Refusal(400, 2003, "The file is empty");
  if (bytes.length > bytesMax) throw new Refusal(400, 2022, "The image is larger than 20 MB");
  const picture = await decode(bytes);
  if (!picture) throw new Refusal(400, 2004, "The file type is not supported", "Use PNG, JPEG or WebP.");
  if (picture.width < 256 || picture.height < 256) throw invalid("file", "must be at least 256x256 pixels");
  const kept = await shrinkTo(picture, longestSide);
  return encode(kept, isOpaque(kept) ? "jpeg" : "png");
}

function isOpaque({ data }: Picture): boolean {
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 255) return false;
  return true;
}

function wrongSource(): Refusal {
  return new Refusal(400, 2006, "The type of the source task is not supported");
}

function isSide(key: string): boolean {
  return (sides as readonly string[]).includes(key);
}

function isEmptyView(value: unknown): boolean {
  return value === "" || value == null || (isRecord(value) && Object.keys(value).length === 0);
}
