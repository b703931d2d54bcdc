import { paintScene } from "../../media/paint-scene.ts";
import { decode, type Picture } from "../../media/picture.ts";
import { type Fields, wrongValue } from "./fields.ts";
import type { Model } from "./models.ts";
import { invalidArgument, invalidField, Refusal } from "./refusal.ts";

/** One turn of the conversation. */
export interface Turn {
  readonly role: "user" | "model";
  /** Its texts, without thoughts. */
  readonly texts: readonly string[];
  readonly pictures: readonly Picture[];
}

const partNames = ["text", "inlineData", "fileData", "thought", "thoughtSignature"];
const picturesMax = 14;
const inlineTypes = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"];

/**
 * Reads `contents`, pictures decoded.
 *
 * @throws Refusal - no contents, a part that is none, a picture that cannot be read or of a type that is not taken.
 */
export async function readContents(body: Fields, model: Model): Promise<readonly [Turn, ...Turn[]]> {
  const contents = body.messages("contents", ["role", "parts"]) ?? [];
  const turns: Turn[] = [];
  for (const [position, content] of contents.entries()) {
    turns.push(await readTurn(content, position, model));
  }
  const [first, ...others] = turns;
  if (!first) throw invalidField("contents", "* GenerateContentRequest.contents: contents is not specified");
  if (turns.at(-1)?.role === "model") {
    throw invalidArgument("Please ensure that the last content is of the user role.");
  }
  if (turns.flatMap(({ pictures }) => pictures).length > picturesMax) {
    throw invalidArgument(`The request has too many images: at most ${picturesMax} are supported.`);
  }
  return [first, ...others];
}

/** The texts of a `systemInstruction`, joined. */
export function readInstruction(body: Fields): string {
  const parts = body.message("systemInstruction", ["role", "parts"])?.messages("parts", partNames) ?? [];
  return parts.map((part) => part.text("text") ?? "").join("\n");
}

/** The pictures to work on: those of the last turn, or else the newest one of the conversation. */
export function picturesOf(turns: readonly Turn[]): readonly Picture[] {
  const last = turns.at(-1)?.pictures ?? [];
  return last.length > 0 ? last : turns.flatMap(({ pictures }) => pictures).slice(-1);
}

async function readTurn(content: Fields, position: number, model: Model): Promise<Turn> {
  const role = content.text("role") ?? "user";
  if (role !== "user" && role !== "model") {
    throw invalidArgument("Please use a valid role: user, model.");
  }
  const parts = content.messages("parts", partNames) ?? [];
  if (parts.length === 0)
    throw invalidField(content.at("parts"), `* ${content.at("parts")}: must not be empty`);
  const texts: string[] = [];
  const pictures: Picture[] = [];
  for (const [index, part] of parts.entries()) {
    const kinds = ["text", "inlineData", "fileData"].filter((name) => part.has(name));
    if (kinds.length !== 1) {
      const message = `* ${part.path}.data: required oneof field 'data' must have one initialized field`;
      throw invalidField(`${part.path}.data`, message);
    }
    const isThought = part.flag("thought") === true;
    const signature = part.text("thoughtSignature");
    if (kinds[0] === "text") {
      const text = part.text("text") ?? "";
      if (!isThought) texts.push(text);
      continue;
    }
    if (kinds[0] === "fileData") throw noSuchFile(part);
    const needsSignature = role === "model" && model.kind === "image" && !isThought;
    if (needsSignature && !signature) {
      throw invalidArgument(
        `Image part is missing a thought_signature in content position ${position + 1}, part position ${index + 1}.`,
      );
    }
    const picture = await readInline(part);
    if (!isThought) pictures.push(picture);
  }
  return { role, texts, pictures };
}

async function readInline(part: Fields): Promise<Picture> {
  const data = part.message("inlineData", ["mimeType", "data"]);
  const type = data?.text("mimeType") ?? "";
  const base64 = data?.text("data") ?? "";
  if (!inlineTypes.includes(type)) throw invalidArgument(`Unsupported MIME type: ${type}`);
  if (base64 === "" || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) {
    const path = `${part.at("inlineData")}.data`;
    throw wrongValue(path, "TYPE_BYTES", `Base64 decoding failed for "${base64.slice(0, 40)}"`);
  }
  const bytes = Buffer.from(base64, "base64");
  const picture = isHeif(bytes) ? await standIn() : await decode(bytes);
  if (!picture) throw invalidArgument("Unable to process input image. Please retry or report in the forum.");
  return picture;
}

/** HEIC cannot be decoded here: a picture of our own stands for what is in it. */
function standIn(): Promise<Picture> {
  return paintScene({ prompt: "a bowl", seed: 1, index: 0, width: 512, height: 512, transparent: false });
}

function isHeif(bytes: Buffer): boolean {
  return bytes.toString("latin1", 4, 8) === "ftyp" && /hei[cfxs]|mif1/.test(bytes.toString("latin1", 8, 32));
}

function noSuchFile(part: Fields): Refusal {
  const uri = part.message("fileData", ["mimeType", "fileUri"])?.text("fileUri") ?? "";
  return new Refusal(
    403,
    "PERMISSION_DENIED",
    `You do not have permission to access the File ${uri.slice(0, 100)} or it may not exist.`,
  );
}
