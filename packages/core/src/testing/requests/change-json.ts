import { Buffer } from "node:buffer";
import type { Dice } from "../generations/scheduler.ts";
import { asBytes, type Draft, type Tree, Verbatim } from "./draft.ts";
import { oddName, oddTree, oneOf } from "./odd-values.ts";

type Fields = { [key: string]: Tree };

/** A way to spoil a draft; false where there is nothing of the kind to spoil. */
export type Change = (draft: Draft, dice: Dice) => boolean;

const isFields = (tree: Tree): tree is Fields =>
  typeof tree === "object" && tree !== null && !Array.isArray(tree) && !(tree instanceof Verbatim);

/** Every object of a tree, itself first. */
function objectsOf(tree: Tree): Fields[] {
  if (Array.isArray(tree)) return tree.flatMap(objectsOf);
  return isFields(tree) ? [tree, ...Object.values(tree).flatMap(objectsOf)] : [];
}

/** Lets a change at one of the tree's fields. */
const atField =
  (change: (fields: Fields, name: string, dice: Dice) => void): Change =>
  ({ body }, dice) => {
    if (body?.kind !== "json") return false;
    const objects = objectsOf(body.tree).filter((fields) => Object.keys(fields).length > 0);
    if (objects.length === 0) return false;
    const fields = oneOf(dice, objects);
    change(fields, oneOf(dice, Object.keys(fields)), dice);
    return true;
  };

/** `__proto__` as a field of its own, which an assignment would not make. */
const put = (fields: Fields, name: string, value: Tree) =>
  Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });

/** What happens to the value of a JSON body. */
export const jsonChanges: Readonly<Record<string, Change>> = {
  "an odd value": atField((fields, name, dice) => void put(fields, name, oddTree(dice))),
  "an odd value in a list": atField((fields, name, dice) => void put(fields, name, [oddTree(dice)])),
  "a value as a text": atField((fields, name) => void put(fields, name, String(fields[name]))),
  "a missing field": atField((fields, name) => void delete fields[name]),
  "a field of another name": atField((fields, name, dice) => {
    put(fields, oddName(dice), fields[name] ?? null);
    delete fields[name];
  }),
  "a field too many": atField((fields, _name, dice) => void put(fields, oddName(dice), oddTree(dice))),
  "a text that grows": atField((fields, name, dice) => {
    put(
      fields,
      name,
      String(fields[name])
        .slice(0, 100)
        .repeat(oneOf(dice, [2, 10, 500, 20_000])),
    );
  }),
  "another top level": ({ body }, dice) => {
    if (body?.kind !== "json") return false;
    Object.assign(body, { tree: oneOf<Tree>(dice, [[body.tree], [], "cat", null, 7, true, {}]) });
    return true;
  },
  "two equal keys": ({ body }, dice) => {
    if (body?.kind !== "json" || !isFields(body.tree)) return false;
    const text = JSON.stringify(body.tree).slice(1);
    const [name = "a"] = Object.keys(body.tree);
    const again = oneOf(dice, [
      JSON.stringify(name),
      `"\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}"`,
    ]);
    Object.assign(body, { tree: new Verbatim(`{${again}:1,${text}`) });
    return true;
  },
};

/** Lets a change at the bytes of any body. */
const atBytes =
  (change: (bytes: Uint8Array, dice: Dice) => Uint8Array): Change =>
  (draft, dice) => {
    const bytes = asBytes(draft);
    if (bytes === undefined) return false;
    draft.body = { kind: "bytes", bytes: change(bytes, dice) };
    return true;
  };
const splice = (bytes: Uint8Array, at: number, drop: number, ...put: readonly number[]) =>
  Buffer.concat([bytes.subarray(0, at), Uint8Array.from(put), bytes.subarray(at + drop)]);

/** What happens to bytes, and to their way here. */
export const byteChanges: Readonly<Record<string, Change>> = {
  "cut short": atBytes((bytes, dice) => bytes.subarray(0, dice.below(bytes.byteLength + 1))),
  "nothing at all": atBytes(() => new Uint8Array(0)),
  "more behind it": atBytes((bytes, dice) =>
    Buffer.concat([bytes, Buffer.from(oneOf(dice, [" ", "\n\n", "x", "{}", "\0", ",", "]", "\r\n"]))]),
  ),
  "a byte order mark": atBytes((bytes) => splice(bytes, 0, 0, 0xef, 0xbb, 0xbf)),
  "bytes that are no UTF-8": atBytes((bytes, dice) =>
    splice(
      bytes,
      dice.below(bytes.byteLength + 1),
      0,
      ...oneOf(dice, [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf8, 0x88]]),
    ),
  ),
  "another byte": atBytes((bytes, dice) =>
    splice(bytes, dice.below(bytes.byteLength + 1), 1, dice.below(256)),
  ),
  "a byte less": atBytes((bytes, dice) => splice(bytes, dice.below(bytes.byteLength + 1), 1)),
  UTF16: atBytes((bytes) => Buffer.from(Buffer.from(bytes).toString("utf8"), "utf16le")),
  noise: atBytes((_bytes, dice) => Uint8Array.from({ length: dice.below(64) }, () => dice.below(256))),
  "much too much": atBytes((bytes, dice) =>
    Buffer.concat([bytes, Buffer.alloc(oneOf(dice, [70_000, 1_000_001]), 0x20)]),
  ),
  "a body where none is": (draft, dice) => {
    if (draft.body !== undefined) return false;
    draft.body = {
      kind: "bytes",
      bytes: Buffer.from(oneOf(dice, ["", "{}", "null", '{"a":1}', "x".repeat(2000)])),
    };
    return true;
  },
  "a line that breaks": (draft, dice) => {
    const bytes = asBytes(draft);
    if (bytes === undefined) return false;
    draft.breaksAt = dice.below(bytes.byteLength + 1);
    return true;
  },
  "small pieces": (draft, dice) => {
    if (draft.body === undefined) return false;
    draft.pieceBytes = oneOf(dice, [1, 7, 63]);
    return true;
  },
};
