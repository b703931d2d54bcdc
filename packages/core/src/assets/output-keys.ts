import type { MediaKind } from "./media-types.ts";
import { type OutputPlace, outputKey, wordsOf } from "./path.ts";

/** Where outputs are kept, for teams whose apps look for them under names of their own. */
export interface OutputKeyOptions<Operation extends string = string> {
  /** The first folder of the default key. Default: `images`, `vectors`, `models`. */
  readonly folders?: Readonly<Partial<Record<MediaKind, string>>>;
  /**
   * Operation → template, or several: the first counts whose words are all there, and the default where none is.
   *
   * Words: `{user_id}`, `{task_id}`, `{generation_id}`, `{asset_type_plural}`, `{filename}`, `{file_index}`, and any
   * field of the operation's input that holds text. A template names `{generation_id}`, or `{task_id}` with
   * `{filename}` or `{file_index}`: two generations never write to one key. Where it names neither of the last two, the
   * second output of a generation gets `_1`, and so on. The extension is what the bytes are, whatever is written here.
   *
   * Text that a client chose is used as it is where it is made of at most 128 of `A-Z a-z 0-9 _ -`, else by its hash.
   *
   * @example
   * { render: ["renders/{user_id}/{project_id}-{generation_id}.png", "renders/{user_id}/{generation_id}.png"] }
   */
  readonly keys?: { readonly [Name in Operation]?: string | readonly string[] };
}

/** An output, and the request that it was made for. */
export type OutputOfRequest = Omit<OutputPlace, "words" | "asset_type_plural"> & {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/** Says under which key, without extension, an output is kept. */
export type OutputKeys = (output: OutputOfRequest) => string;

/** Kept by the sweep for what it may take away. */
const sweptFolders = ["inputs", "previews", "tmp"];
const builtInWords = [
  "user_id",
  "task_id",
  "generation_id",
  "asset_type_plural",
  "filename",
  "file_index",
] as const;

/**
 * Makes the function that names outputs.
 *
 * @param fieldsOf - The fields of an operation's input; undefined where there is no such operation.
 * @throws Error - a template makes no key, names an unknown word, could name two generations' outputs alike, or lies in
 *   a folder that is swept; or the operation does not exist.
 */
export function createOutputKeys(
  { folders = {}, keys = {} }: OutputKeyOptions,
  fieldsOf: (operation: string) => readonly string[] | undefined,
): OutputKeys {
  const templates = new Map<string, readonly string[]>();
  for (const [operation, given = []] of Object.entries(keys)) {
    const fields = fieldsOf(operation);
    if (fields === undefined) throw new Error(`outputs.keys names the unknown operation "${operation}"`);
    const listed = typeof given === "string" ? [given] : given;
    for (const template of listed) check(template, [...builtInWords, ...fields]);
    templates.set(operation, listed);
  }
  for (const folder of Object.values(folders)) check(`${folder}/{task_id}/{filename}`, builtInWords);
  return ({ operation, input, ...place }) => {
    const words = textsOf(input);
    const folder = folders[place.kind];
    const template = templates.get(operation)?.find((listed) => isComplete(listed, words));
    return outputKey(
      { ...place, words, ...(folder === undefined ? {} : { asset_type_plural: folder }) },
      template,
    );
  };
}

function check(template: string, known: readonly string[]): void {
  const words = wordsOf(template);
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined)
    throw new Error(`key template "${template}" names the unknown word "${unknown}"`);
  const numbered = words.includes("filename") || words.includes("file_index");
  if (!words.includes("generation_id") && !(words.includes("task_id") && numbered))
    throw new Error(
      `key template "${template}" could name the outputs of two generations alike: it lacks {generation_id}`,
    );
  const folder = template.split("/")[0] ?? "";
  if (sweptFolders.includes(folder) || folder.includes("{") || !template.includes("/"))
    throw new Error(`key template "${template}" must begin with a folder of its own`);
  const sample = Object.fromEntries(words.map((word) => [word, "x"]));
  outputKey(
    { kind: "image", task_id: "x", generation_id: "x", user_id: "x", index: 0, file_index: 0, words: sample },
    template,
  );
}

function isComplete(template: string, words: Readonly<Record<string, string>>): boolean {
  return wordsOf(template).every(
    (word) => Object.hasOwn(words, word) || (builtInWords as readonly string[]).includes(word),
  );
}

function textsOf(input: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(input).filter(([, value]) => typeof value === "string" && value !== "");
  return Object.fromEntries(texts) as Record<string, string>;
}
