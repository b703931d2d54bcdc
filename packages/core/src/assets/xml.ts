import { MediaRejected } from "./media-rejected.ts";

/** What an XML text is made of, told in its order. */
export interface XmlEvents {
  /** @param attributes - As written, not decoded. */
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  /** Everything between tags. */
  text(text: string): void;
}

/** Reads an XML text as it arrives. */
export interface XmlReader {
  /** @throws MediaRejected `damaged` - not well-formed. `not_allowed` - it declares entities. */
  push(part: Uint8Array): void;
  /** @throws MediaRejected `truncated` - an element is still open, or there was none. */
  end(): void;
}

const damaged = (fault: string) => new MediaRejected("damaged", `xml: ${fault}`);
/** A tag may hold a whole path, or a picture as text. */
const markupLengthMax = 8_000_000;
const depthMax = 500;
const nameStart = /[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*/y;
const attribute = /\s+([A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*)\s*=\s*(["'])/y;
const spans: readonly [from: string, to: string][] = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["<?", "?>"],
];

/**
 * Well-formed enough: every tag closed by its own, one root, attributes in quotes. Nothing is resolved or expanded, and
 * a text that declares entities is not taken at all: they are how a small one becomes a huge one.
 */
export function createXmlReader(events: XmlEvents): XmlReader {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const stack: string[] = [];
  let waiting = "";
  let roots = 0;

  const openTag = (tag: string) => {
    nameStart.lastIndex = 1;
    const name = nameStart.exec(tag)?.[0];
    if (name === undefined) throw damaged("a tag without a name");
    const attributes = new Map<string, string>();
    let at = 1 + name.length;
    for (;;) {
      attribute.lastIndex = at;
      const found = attribute.exec(tag);
      if (found === null) break;
      const [whole, key = "", mark = ""] = found;
      const end = tag.indexOf(mark, at + whole.length);
      if (end < 0 || attributes.has(key)) throw damaged("an attribute that is none");
      attributes.set(key, tag.slice(at + whole.length, end));
      at = end + 1;
    }
    const tail = tag.slice(at, -1).trim();
    if (tail !== "" && tail !== "/") throw damaged("something in a tag that is no attribute");
    if (stack.length === 0) roots += 1;
    if (roots > 1) throw damaged("two roots");
    events.open(name, attributes);
    if (tail === "") stack.push(name);
    if (stack.length > depthMax) throw new MediaRejected("too_large", "xml: too deep");
  };
  const closeTag = (tag: string) => {
    if (stack.pop() !== tag.slice(2, -1).trim()) throw damaged("a tag that closes another one");
  };
  const text = (given: string) => {
    if (stack.length === 0 && given.trim() !== "") throw damaged("text outside the root");
    if (given !== "") events.text(given);
  };
  /** Takes one piece of markup off the front; undefined where it has not arrived whole. */
  const take = (from: string): string | undefined => {
    const span = spans.find(([start]) => from.startsWith(start));
    const end = span === undefined ? tagEnd(from) : endOf(from, span);
    if (end === 0) return undefined;
    const piece = from.slice(0, end);
    if (span?.[0] === "<![CDATA[") text(piece.slice(9, -3));
    else if (span !== undefined) return piece;
    else if (/^<!/.test(piece)) {
      if (piece.includes("[") || /ENTITY/i.test(piece))
        throw new MediaRejected("not_allowed", "xml: a document type with declarations");
    } else if (piece.startsWith("</")) closeTag(piece);
    else openTag(piece);
    return piece;
  };
  const read = (arrived: string, ended: boolean) => {
    let all = waiting + arrived;
    let at = 0;
    for (;;) {
      const found = all.indexOf("<", at);
      if (found < 0) {
        text(all.slice(at));
        waiting = "";
        return;
      }
      text(all.slice(at, found));
      // What may still become another kind of markup waits for its first letters.
      const from = all.slice(found);
      const piece = from.length < 9 && !ended && /^<[!?]?[-[A-Z]*$/.test(from) ? undefined : take(from);
      if (piece === undefined) {
        if (from.length > markupLengthMax) throw new MediaRejected("too_large", "xml: a tag without an end");
        waiting = from;
        return;
      }
      all = from.slice(piece.length);
      at = 0;
    }
  };
  const decode = (part?: Uint8Array): string => {
    try {
      return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true });
    } catch {
      throw damaged("not UTF-8");
    }
  };
  return {
    push: (part) => read(decode(part), false),
    end() {
      read(decode(), true);
      if (stack.length > 0 || roots === 0 || waiting !== "")
        throw new MediaRejected("truncated", "xml: not closed");
    },
  };
}

/** Where a comment or the like ends; 0 where that has not arrived. */
function endOf(text: string, [from, to]: readonly [string, string]): number {
  const found = text.indexOf(to, from.length);
  return found < 0 ? 0 : found + to.length;
}

/** Where a tag ends: at the first `>` that stands in no quotes; 0 where it has not arrived. */
function tagEnd(text: string): number {
  const marks = /["'>]/g;
  for (let found = marks.exec(text); found !== null; found = marks.exec(text)) {
    if (found[0] === ">") return found.index + 1;
    const end = text.indexOf(found[0], found.index + 1);
    if (end < 0) return 0;
    marks.lastIndex = end + 1;
  }
  return 0;
}
