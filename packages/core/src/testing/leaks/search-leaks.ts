/** Words that must not get out, and where they were found. */
export interface Leaks {
  /**
   * Looks through one text that somebody outside can read. In a file's bytes the pattern would be found by chance.
   *
   * @returns what was found.
   */
  look(where: string, text: string, isFile?: boolean): string | undefined;
  /** Opens a text that arrives in pieces. */
  pieces(where: string, isFile?: boolean): LeakPieces;
  /** How many texts were looked through. */
  readonly texts: () => number;
  readonly found: readonly string[];
}

/** A text that arrives in pieces, of which no more is kept than a word could be cut in two in. */
export interface LeakPieces {
  /** @returns what was found, once; nothing is looked for after it. */
  push(piece: string): string | undefined;
  /** Looks at what is left. Call it also where the rest is not read. */
  end(): string | undefined;
}

/** How a vendor, or its address, is called. */
export const vendorNames =
  /openai|stability|recraft|gemini|google|seedream|bytedance|byteplus|tripo|\bfal\b|fal-ai|replicate|black-forest|(?<![a-z0-9])flux/i;

/** What a secret looks like that a log line must not hold: a signed token, the signature of a link, a connection string. */
export const secretShapes =
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+|\bsignature=[\w-]{20,}|\bpostgres(?:ql)?:\/\/[^\s:/@]+:[^\s@]+@/;

/** What we have signed: four of its letters are a vendor's name now and then. A vendor's signature has another name or length. */
export const signedByUs =
  /(?<=signature=)[\w-]{43}(?![\w-])|(?<=(?:ticket|cursor)(?:=|":"))[\w.-]{20,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** No word, and nothing that we have signed, is longer. */
const lengthMax = 1024;

interface Hit {
  readonly word: string;
  readonly at: number;
}

/** Opens the search for texts that hold one of the words, or what the pattern describes anywhere but in an `exempt` place. */
export function searchLeaks(words: readonly string[], pattern?: RegExp, exempt?: RegExp): Leaks {
  const found: string[] = [];
  const everywhere = pattern && new RegExp(pattern, `${pattern.flags.replace("g", "")}g`);
  let texts = 0;
  const hitIn = (text: string, isFile: boolean, from = 0): Hit | undefined => {
    for (const word of words) {
      const at = text.indexOf(word, from);
      if (at >= 0) return { word, at };
    }
    // Nearly every text holds none, with what is exempt or without it.
    if (pattern === undefined || everywhere === undefined || isFile || !pattern.test(text)) return undefined;
    everywhere.lastIndex = from;
    const masked = exempt ? text.replace(exempt, (part) => "…".repeat(part.length)) : text;
    const hit = everywhere.exec(masked);
    return hit ? { word: hit[0], at: hit.index } : undefined;
  };
  const report = (where: string, text: string, { word, at }: Hit): string => {
    const problem = `${where} says ${word}: …${text.slice(Math.max(0, at - 120), at + 120)}…`;
    found.push(problem);
    return problem;
  };
  return {
    found,
    texts: () => texts,
    look(where, text, isFile = false) {
      texts += 1;
      const hit = hitIn(text, isFile);
      return hit && report(where, text, hit);
    },
    pieces(where, isFile = false) {
      texts += 1;
      let kept = "";
      let judged = 0;
      let over = false;
      /** What stands at the very end may still turn out to be a part of something else: it is judged with the next piece. */
      const search = (ended: boolean): string | undefined => {
        if (over) return undefined;
        const upTo = ended ? kept.length : kept.length - lengthMax;
        const hit = hitIn(kept, isFile, judged);
        const isOut = hit !== undefined && hit.at < upTo;
        over = ended || isOut;
        if (isOut) return report(where, kept, hit);
        const start = Math.max(0, upTo - lengthMax);
        judged = upTo - start;
        kept = kept.slice(start);
        return undefined;
      };
      return {
        push(piece) {
          kept += piece;
          return kept.length > 2 * lengthMax ? search(false) : undefined;
        },
        end: () => search(true),
      };
    },
  };
}
