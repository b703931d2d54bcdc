import { fetchLocal } from "../../media/fetch-local.ts";
import { decode, isPngWithAlpha, type Picture } from "../../media/picture.ts";
import type { RequestBody } from "../../request.ts";
import type { PictureOrder } from "./parameters.ts";
import { textOf } from "./parameters.ts";
import { invalidValue, missing, Refusal, unknownParameter } from "./refusal.ts";

/** The pictures of an edit, decoded. */
export interface EditInputs {
  readonly images: readonly [Picture, ...Picture[]];
  readonly mask: Picture | undefined;
  readonly markup: Picture | undefined;
}

const imageBytesMax = 50 * 1024 * 1024;
const maskBytesMax = 4 * 1024 * 1024;
const addressLengthMax = 20_971_520;

/**
 * Finds, decodes and checks the pictures of an edit, from a form or from JSON.
 *
 * @throws Refusal - none, too many, too large, unreadable, or a mask that does not fit.
 */
export async function readEditInputs(body: RequestBody, order: PictureOrder): Promise<EditInputs> {
  checkFidelity(body.fields, order);
  const sent = body.files.length > 0 ? fromForm(body) : await fromJson(body.fields);
  if (sent.images.length === 0) throw missing("image");
  if (sent.images.length > 16) throw invalidValue("image", "Too many images: expected at most 16.");
  const images: Picture[] = [];
  for (const [index, bytes] of sent.images.entries()) images.push(await readImage(bytes, index));
  const [first, ...others] = images;
  if (!first) throw missing("image");

  if (sent.markup && !order.model.markup) throw unknownParameter("markup");
  if (sent.mask && sent.markup) throw invalidValue("markup", "'markup' cannot be combined with 'mask'.");
  return {
    images: [first, ...others],
    mask: sent.mask && (await readOverlay("mask", sent.mask, first)),
    markup: sent.markup && (await readOverlay("markup", sent.markup, first)),
  };
}

interface SentFiles {
  readonly images: readonly Uint8Array[];
  readonly mask?: Uint8Array | undefined;
  readonly markup?: Uint8Array | undefined;
}

function fromForm({ fields, files }: RequestBody): SentFiles {
  if (fields.images !== undefined) throw unknownParameter("images");
  const stranger = files.find(({ field }) => !["image", "image[]", "mask", "markup"].includes(field));
  if (stranger) throw unknownParameter(stranger.field);
  return {
    images: files.filter(({ field }) => field.startsWith("image")).map(({ bytes }) => bytes),
    mask: files.find(({ field }) => field === "mask")?.bytes,
    markup: files.find(({ field }) => field === "markup")?.bytes,
  };
}

async function fromJson(fields: Record<string, unknown>): Promise<SentFiles> {
  if (fields.image !== undefined) throw unknownParameter("image");
  const { images } = fields;
  if (images == null) throw missing("images");
  if (!Array.isArray(images)) throw invalidValue("images", "Invalid type for 'images': expected an array.");
  const bytes: Uint8Array[] = [];
  for (const [index, item] of images.entries()) bytes.push(await readReference(item, `images[${index}]`));
  return {
    images: bytes,
    mask: fields.mask == null ? undefined : await readReference(fields.mask, "mask"),
    markup: fields.markup == null ? undefined : await readReference(fields.markup, "markup"),
  };
}

async function readReference(value: unknown, param: string): Promise<Uint8Array> {
  const reference = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const keys = Object.keys(reference);
  if (keys.length !== 1 || !["image_url", "file_id"].includes(keys[0] ?? "")) {
    throw invalidValue(param, `'${param}' must have exactly one of 'image_url' and 'file_id'.`);
  }
  if (keys[0] === "file_id") {
    throw invalidValue(`${param}.file_id`, `No such File object: ${String(reference.file_id)}`);
  }
  const address = textOf(reference, "image_url") ?? "";
  if (address.length > addressLengthMax) throw invalidValue(`${param}.image_url`, "image_url is too long.");
  const inline = /^data:image\/(?:png|jpeg|webp);base64,/.exec(address);
  if (inline) return Buffer.from(address.slice(inline[0].length), "base64");
  const bytes = await fetchLocal(address, imageBytesMax);
  if (!bytes) throw invalidValue(`${param}.image_url`, "Error while downloading the image_url.");
  return bytes;
}

async function readImage(bytes: Uint8Array, index: number): Promise<Picture> {
  if (bytes.length >= imageBytesMax) throw invalidValue("image", "Image is too large: expected under 50 MB.");
  const picture = await decode(bytes);
  if (picture) return picture;
  throw new Refusal(400, `Invalid image file or mode for image ${index + 1}, please check your image file.`, {
    code: "invalid_image_file",
    param: "image",
  });
}

async function readOverlay(param: "mask" | "markup", bytes: Uint8Array, first: Picture): Promise<Picture> {
  if (bytes.length >= maskBytesMax)
    throw invalidValue(param, `The ${param} is too large: expected under 4 MB.`);
  const picture = (await isPngWithAlpha(bytes)) ? await decode(bytes) : undefined;
  if (!picture) throw invalidValue(param, `The ${param} must be a PNG with an alpha channel.`);
  if (picture.width !== first.width || picture.height !== first.height) {
    throw invalidValue(param, `The ${param} must have the same dimensions as the image.`);
  }
  return picture;
}

function checkFidelity(fields: Record<string, unknown>, { model }: PictureOrder): void {
  const fidelity = textOf(fields, "input_fidelity");
  if (fidelity !== undefined && !model.inputFidelity.includes(fidelity)) {
    throw invalidValue("input_fidelity", `'input_fidelity' is not supported with model '${model.id}'.`);
  }
}
