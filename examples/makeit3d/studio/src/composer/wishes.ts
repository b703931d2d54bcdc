import type { OperationEntry } from "@genbff/client-sdk";
import { isFileField } from "./file-field.ts";
import { isServed } from "./form.ts";

/** What lies in the drop zone, in a word for people. */
export type InputWord = "photo" | "picture" | "sketch" | "draft" | "file";

/** One way to make something, as people choose it. Operation names appear nowhere on the page. */
export interface Wish {
  readonly operation: string;
  readonly make: string;
  readonly makeLabel: string;
  readonly from: string;
  readonly fromLabel: string;
  /** The composer's heading: says in words what will be made. */
  readonly title: string;
  /** For cards and the ledger. */
  readonly noun: "picture" | "3D model" | "text";
  readonly input?: InputWord;
  /** What is to be marked on the picture: "what should go". */
  readonly marks: string;
}

const wish = (
  operation: string,
  [make, makeLabel]: readonly [string, string],
  [from, fromLabel]: readonly [string, string],
  title: string,
  noun: Wish["noun"],
  input?: InputWord,
  marks = "what should change",
): Wish => ({
  operation,
  make,
  makeLabel,
  from,
  fromLabel,
  title,
  noun,
  ...(input ? { input } : {}),
  marks,
});

const picture = ["picture", "Picture"] as const;
const model = ["model", "3D model"] as const;
const retouch = ["retouch", "Retouch"] as const;
const words = ["words", "Words"] as const;
const sketch = ["sketch", "Sketch"] as const;

/** What people choose → operation, in the order in which it is offered. */
const known: readonly Wish[] = [
  wish("text-to-image", picture, words, "A picture from words", "picture"),
  wish("image-to-image", picture, ["photo", "Photo"], "A picture from your photo", "picture", "photo"),
  wish("sketch-to-image", picture, sketch, "A picture from your sketch", "picture", "sketch"),
  wish("text-to-model", model, words, "A 3D model from words", "3D model"),
  wish("image-to-model", model, ["picture", "Picture"], "A 3D model from a picture", "3D model", "picture"),
  wish("sketch-to-model", model, sketch, "A 3D model from your sketch", "3D model", "sketch"),
  wish("refine-model", model, ["draft", "Draft"], "A finer version of a draft", "3D model", "draft"),
  wish(
    "remove-background",
    retouch,
    ["background", "Cut out"],
    "A picture without its background",
    "picture",
    "photo",
  ),
  wish(
    "search-and-recolor",
    retouch,
    ["colour", "Recolour"],
    "A picture with one thing recoloured",
    "picture",
    "photo",
  ),
  wish(
    "image-inpaint",
    retouch,
    ["area", "Repaint"],
    "A picture with one area repainted",
    "picture",
    "photo",
    "what should be painted anew",
  ),
  wish(
    "erase",
    retouch,
    ["gone", "Erase"],
    "A picture with something gone",
    "picture",
    "photo",
    "what should go",
  ),
  wish(
    "search-and-replace",
    retouch,
    ["thing", "Replace"],
    "A picture with one thing replaced",
    "picture",
    "photo",
  ),
  wish(
    "replace-background",
    retouch,
    ["scene", "New scene"],
    "A picture before another background",
    "picture",
    "photo",
  ),
  wish(
    "generate-background",
    retouch,
    ["backdrop", "Backdrop"],
    "A picture with its background painted anew",
    "picture",
    "photo",
    "the background",
  ),
  wish("outpaint", retouch, ["edges", "Extend"], "A picture beyond its edges", "picture", "photo"),
  wish("upscale", retouch, ["size", "Enlarge"], "A larger picture", "picture", "photo"),
];

const nounOf = { image: "picture", vector: "picture", model: "3D model", json: "text" } as const;

/**
 * The wishes that this server can fulfil and this page can say. An operation of a team's own is added to "Make" by its
 * title.
 */
export function wishesOffered(all: readonly OperationEntry[]): Wish[] {
  const operations = all.filter(isServed);
  const offered = new Set(operations.map((entry) => entry.operation));
  const own = operations
    .filter((entry) => !known.some((item) => item.operation === entry.operation))
    .map((entry): Wish => {
      const takesFile = Object.keys(properties(entry)).some(isFileField);
      return wish(
        entry.operation,
        [entry.operation, entry.title],
        ["only", entry.title],
        entry.title,
        nounOf[entry.output],
        takesFile ? "file" : undefined,
      );
    });
  return [...known.filter((item) => offered.has(item.operation)), ...own];
}

/** Which retouching it was: "Erase". Of anything else the title says enough. */
export function retouchingOf(operation: string): string {
  const said = known.find((item) => item.operation === operation);
  return said?.make === retouch[0] ? said.fromLabel : "";
}

/** What an operation makes, in words; also of one that only other clients of this server can ask for. */
export function titleOfOperation(
  operation: string,
  operations: readonly OperationEntry[],
): string | undefined {
  const said = known.find((item) => item.operation === operation)?.title;
  return said ?? operations.find((entry) => entry.operation === operation)?.title;
}

/** The fields of the common input. */
export function properties(entry: OperationEntry): Record<string, unknown> {
  return (entry.input.properties ?? {}) as Record<string, unknown>;
}
