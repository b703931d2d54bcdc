/** What of a JSON text is legal and still refused; undefined: nothing. */
export type ShapeProblem = "duplicate_key" | "too_deep" | "too_many_keys";

const depthMax = 32;
const keysMax = 1000;

interface Frame {
  /** Keys seen so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  awaitsKey: boolean;
}

/**
 * Looks at what `JSON.parse` forgives: of two equal keys it keeps the last, and it follows any depth.
 *
 * The text must be valid JSON: called after `JSON.parse` has accepted it.
 */
export function shapeProblem(text: string): ShapeProblem | undefined {
  const frames: Frame[] = [];
  let keys = 0;
  for (let at = 0; at < text.length; at++) {
    const top = frames.at(-1);
    switch (text[at]) {
      case "{":
      case "[": {
        const object = text[at] === "{";
        frames.push({ keys: object ? new Set() : undefined, awaitsKey: object });
        if (frames.length > depthMax) return "too_deep";
        break;
      }
      case "}":
      case "]":
        frames.pop();
        break;
      case ",":
        if (top?.keys) top.awaitsKey = true;
        break;
      case '"': {
        const end = endOfString(text, at);
        if (top?.keys && top.awaitsKey) {
          // Compared as it reads, not as it is written: "a" and "\u0061" are one key.
          const key = JSON.parse(text.slice(at, end + 1)) as string;
          if (top.keys.has(key)) return "duplicate_key";
          top.keys.add(key);
          top.awaitsKey = false;
          keys++;
          if (keys > keysMax) return "too_many_keys";
        }
        at = end;
        break;
      }
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
