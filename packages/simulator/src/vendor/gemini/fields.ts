import { isRecord } from "../../faults/json.ts";
import { invalidField, unknownName } from "./refusal.ts";

/** The fields of one message of the request, read as strictly as the vendor's own parser does. */
export interface Fields {
  /** Where this message stands, in the vendor's spelling: `contents[0].parts[1]`. */
  readonly path: string;
  has(name: string): boolean;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  number(name: string): number | undefined;
  integer(name: string): number | undefined;
  /** One of the words of an enum. */
  word(name: string, words: readonly string[]): string | undefined;
  texts(name: string): readonly string[] | undefined;
  message(name: string, known: readonly string[]): Fields | undefined;
  messages(name: string, known: readonly string[]): readonly Fields[] | undefined;
  /** As it was sent. */
  raw(name: string): unknown;
  /** The path of a field. */
  at(name: string): string;
}

/**
 * Opens a message; null counts as absent.
 *
 * @throws Refusal - it is no message, or has a field that is not in `known`.
 */
export function openFields(value: unknown, path: string, known: readonly string[]): Fields {
  if (!isRecord(value)) throw wrongValue(path, "a message", value);
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  if (stranger !== undefined) throw unknownName(stranger, path);
  const at = (name: string) => (path === "" ? snake(name) : `${path}.${snake(name)}`);
  const typed = <T>(name: string, type: string, is: (item: unknown) => item is T): T | undefined => {
    const item = value[name];
    if (item == null) return undefined;
    if (!is(item)) throw wrongValue(at(name), type, item);
    return item;
  };
  const list = <T>(name: string, type: string, is: (item: unknown) => item is T) => {
    const items = typed(name, "TYPE_MESSAGE", Array.isArray);
    items?.forEach((item, index) => {
      if (!is(item)) throw wrongValue(`${at(name)}[${index}]`, type, item);
    });
    return items as readonly T[] | undefined;
  };
  return {
    path,
    at,
    has: (name) => value[name] != null,
    raw: (name) => value[name],
    text: (name) => typed(name, "TYPE_STRING", isText),
    flag: (name) => typed(name, "TYPE_BOOL", (item) => typeof item === "boolean"),
    number: (name) => typed(name, "TYPE_FLOAT", (item): item is number => Number.isFinite(item)),
    integer: (name) =>
      typed(name, "TYPE_INT32", (item): item is number => Number.isInteger(item) && inInt32(Number(item))),
    word(name, words) {
      const item = typed(name, "TYPE_ENUM", isText);
      if (item !== undefined && !words.includes(item)) throw wrongValue(at(name), "TYPE_ENUM", item);
      return item;
    },
    texts: (name) => list(name, "TYPE_STRING", isText),
    message(name, names) {
      return value[name] == null ? undefined : openFields(value[name], at(name), names);
    },
    messages: (name, names) =>
      list(name, "TYPE_MESSAGE", isRecord)?.map((item, index) =>
        openFields(item, `${at(name)}[${index}]`, names),
      ),
  };
}

/** A value of a wrong type, in the vendor's words. */
export function wrongValue(path: string, type: string, value: unknown): Error {
  return invalidField(path, `Invalid value at '${path}' (${type}), ${JSON.stringify(value)?.slice(0, 80)}`);
}

function isText(item: unknown): item is string {
  return typeof item === "string";
}

function inInt32(item: number): boolean {
  return Math.abs(item) <= 2 ** 31 - 1;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
