import { askedCount, countedThings, thingWords } from "../../../asked-count.ts";
import { withoutDirectives } from "../../../faults/parse.ts";

/** What a planner has understood of a request. */
export interface Wish {
  /** What the pictures are of: `a lamp for my game`. */
  readonly subject: string;
  /** How many things were asked for, where a number was named. */
  readonly count: number | undefined;
  /** Everything that was said, for words that a schema offers to choose from. */
  readonly said: string;
}

const subjectLengthMax = 160;
const countedPrompts = new RegExp(countedThings.source.replace(thingWords, "prompts?"), "gi");
const named = /"(?:count|n|number|howMany)"\s*:\s*(\d{1,2})\b/g;
const labelled =
  /^\s*(?:brief|request|subject|idea|topic|theme|user(?:'s)? (?:request|brief))\s*[:=]\s*(.+)$/gim;
const inJson = /"(?:brief|prompt|request|subject|topic|idea)"\s*:\s*"((?:[^"\\]|\\.)+)"/g;

/**
 * Understands a request: the last thing that was labelled as the wish, or else the user's first words.
 *
 * @param user - texts of the user, oldest first: a repair repeats the wish, or follows it.
 */
export function understand(instruction: string, user: readonly string[]): Wish {
  const texts = user.map(withoutDirectives).filter((text) => text !== "");
  const all = [instruction, ...texts].join("\n");
  const marked = [...matches(texts.join("\n"), labelled), ...matches(texts.join("\n"), inJson)].at(-1);
  // What a brief counts, scenes or pictures, is not what a planner is told to write.
  const told = [instruction, texts.join("\n")].map((text) => askedCount(text, countedPrompts));
  const given = matches(all, named).at(-1);
  return {
    subject: shortened(marked ?? texts[0] ?? "an object"),
    count: told[0] ?? (given === undefined ? undefined : Number(given)) ?? told[1] ?? askedCount(all),
    said: all,
  };
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);
}

/** One line, without a command to the planner before it or a full stop after it. */
function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  const plain = line.replace(
    new RegExp(
      `^(?:please\\s+)?(?:plan|write|make|create|give me|suggest|design|draw|paint)\\s+(?:.{0,40}?\\b(?:${thingWords})\\s+(?:of|for|about|with)\\s+)?`,
      "i",
    ),
    "",
  );
  // A sentence that tells how many to write says nothing about what is in them.
  const sentences = (plain === "" ? line : plain).split(/(?<=[.!?])\s+/);
  const telling = sentences.filter((sentence) => sentence.match(countedThings) === null);
  const kept = (telling.length > 0 ? telling : sentences).join(" ").replace(/[.!?\s]+$/, "");
  if (kept.length <= subjectLengthMax) return kept;
  return kept.slice(0, subjectLengthMax).replace(/\s+\S*$/, "");
}
