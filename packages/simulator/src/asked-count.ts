const numbers =
  "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split(
    " ",
  );
const words =
  "prompts?|images?|pictures?|photos?|variations?|variants?|ideas?|shots?|items?|entries|strings|views?|concepts?|options?|scenes?|illustrations?|panels?|pages?|frames?|posters?|cards?|angles?|stickers?";

/** A number and the things of which there are to be so many: `four pictures`, `12 short image prompts`. */
export const countedThings = new RegExp(
  `\\b(\\d{1,2}|${numbers.join("|")})\\s+(?:\\w+\\s+){0,4}?(?:${words})\\b`,
  "gi",
);

/** How many things a text asks for, by the last number that it names; undefined where it names none. */
export function askedCount(text: string, counted = countedThings): number | undefined {
  const found = [...text.matchAll(counted)].at(-1)?.[1]?.toLowerCase();
  return found === undefined ? undefined : Number(found) || numbers.indexOf(found) + 1;
}

/** The words for what can be counted, as a part of a regular expression. */
export const thingWords = words;
