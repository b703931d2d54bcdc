import { createHash } from "node:crypto";
import { isKey } from "../storage/key.ts";
import type { MediaKind } from "./media-types.ts";

/** Where an output is kept unless an operation says otherwise. */
const defaultOutputTemplate = "{asset_type_plural}/{task_id}/{filename}";

const wordPattern = /\{([A-Za-z_]\w*)\}/g;

/** What a template may name. */
export interface OutputPlace {
  readonly kind: MediaKind;
  readonly task_id: string;
  readonly generation_id: string;
  readonly user_id: string;
  /** Of the generation's outputs, from 0. */
  readonly index: number;
  /** Reserved in SQL at start, from 0, so that generations of one task never overwrite each other. */
  readonly file_index: number;
  /** Default: the kind, in the plural. */
  readonly asset_type_plural?: string;
  /** Further words, e.g. `{ project_id }`. Ours come first. */
  readonly words?: Readonly<Record<string, string>>;
}

/**
 * The key of an output, without its extension, which is added by what the bytes are.
 *
 * Text that a client chose is used as it is only where it is made of `A-Z a-z 0-9 _ -`; anything else is replaced
 * by its hash. So no user id, however odd, can leave its segment or meet another one's.
 *
 * @param template - Names in braces. A last `.png` or the like is dropped.
 * @throws Error - the template names a word that is not given, or its result could not be a key.
 *
 * @example
 * outputKey({ kind: "image", task_id: "t1", file_index: 1, … }); // "images/t1/1"
 * outputKey({ kind: "model", task_id: "t1", file_index: 0, … }); // "models/t1/model"
 */
export function outputKey(place: OutputPlace, template: string = defaultOutputTemplate): string {
  const words: Readonly<Record<string, string | undefined>> = {
    ...place.words,
    asset_type_plural: place.asset_type_plural ?? `${place.kind}s`,
    task_id: place.task_id,
    generation_id: place.generation_id,
    user_id: place.user_id,
    file_index: String(place.file_index),
    filename: filename(place.kind, place.file_index),
  };
  const named = wordsOf(template);
  const numbered = place.index === 0 || named.includes("filename") || named.includes("file_index");
  const base = template.replace(/\.[a-z0-9]{1,5}$/, "") + (numbered ? "" : `_${place.index}`);
  const key = base.replace(wordPattern, (_, word: string) => {
    const value = Object.hasOwn(words, word) ? words[word] : undefined;
    if (value === undefined) throw new Error(`key template "${template}" names the unknown word "${word}"`);
    return keySegment(value);
  });
  if (!isKey(key)) throw new Error(`key template "${template}" does not make a key`);
  return key;
}

/** The words that a template names. */
export function wordsOf(template: string): string[] {
  return [...template.matchAll(wordPattern)].map(([, word = ""]) => word);
}

/**
 * The key of an uploaded or copied input. Whose it is stands in its row alone: no user text is in the key.
 *
 * @param inputAssetId - A uuid made by the server.
 */
export function inputKeyWithoutExtension(inputAssetId: string): string {
  return `inputs/${keySegment(inputAssetId)}`;
}

/**
 * A text as one segment of a key: itself where it is harmless, else its hash.
 *
 * Hashed ones begin with `x.`, which no harmless text can, so two texts never share a segment.
 */
export function keySegment(text: string): string {
  if (/^[A-Za-z0-9_-]{1,128}$/.test(text)) return text;
  return `x.${createHash("sha256").update(text).digest("hex").slice(0, 40)}`;
}

function filename(kind: MediaKind, fileIndex: number): string {
  if (kind !== "model") return String(fileIndex);
  return fileIndex === 0 ? kind : `${kind}_${fileIndex}`;
}
