import type { Issue } from "../../errors/validation-failed.ts";

/** Tab, line feed and carriage return are text; the other control characters are refused by databases or read by nobody. */
const control = /[^\P{Cc}\t\n\r]/u;
const reserved = new Set(["__proto__", "constructor"]);

/** Values that JSON can carry and nothing behind it should meet, each with its place. */
export function unsafeValues(value: unknown, pointer = ""): Issue[] {
  if (typeof value === "string") {
    return isSafeText(value) ? [] : [{ pointer, message: "Control characters or lone surrogates." }];
  }
  if (typeof value === "number") {
    const plain = Number.isFinite(value) && !Object.is(value, -0);
    return plain ? [] : [{ pointer, message: "Not a number that can be kept." }];
  }
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unsafeValues(item, `${pointer}/${index}`));
  return Object.entries(value).flatMap(([key, item]) => {
    if (reserved.has(key) || !isSafeText(key))
      return [{ pointer, message: "A field here has a name that is not taken." }];
    return unsafeValues(item, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
  });
}

/** Whether a text can be stored as it is. */
export function isSafeText(text: string): boolean {
  return text.isWellFormed() && !control.test(text);
}
