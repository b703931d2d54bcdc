/** Words that must not get out, and where they were found. */
export interface Leaks {
  /** Looks through one text that somebody outside can read. In a file's bytes the pattern would be found by chance. */
  look(where: string, text: string, isFile?: boolean): void;
  /** How many texts were looked through. */
  readonly texts: () => number;
  readonly found: readonly string[];
}

/** How a vendor, or its address, is called. */
export const vendorNames =
  /openai|stability|recraft|gemini|google|seedream|bytedance|byteplus|tripo|\bfal\b|fal-ai|replicate|black-forest|flux/i;

/** An HMAC of ours: 43 signs by chance, of which four are `flux` now and then. A vendor's signature has another name or length. */
const ourSignature = /(?<=signature=)[\w-]{43}(?![\w-])/g;

/** Opens the search for texts that hold one of the words, or what the pattern describes. */
export function searchLeaks(words: readonly string[], pattern?: RegExp): Leaks {
  const found: string[] = [];
  let texts = 0;
  return {
    found,
    texts: () => texts,
    look(where, text, isFile = false) {
      texts += 1;
      const hit =
        words.find((word) => text.includes(word)) ??
        (isFile ? undefined : pattern?.exec(text.replaceAll(ourSignature, "…"))?.[0]);
      if (hit === undefined) return;
      const at = text.indexOf(hit);
      found.push(`${where} says ${hit}: …${text.slice(Math.max(0, at - 120), at + 120)}…`);
    },
  };
}
