import { mapLeaves } from "../../faults/json.ts";
import type { ReceivedRequest } from "../../request.ts";

const directive = /\[\[fault:[^\]]*\]\]/;

/**
 * What a request with directives is about, whatever else it says: each directive with the words around it.
 *
 * A planner whose answer would not do asks again in other words, and repeats the wish; `times=1` must count both.
 */
export function wishOf({ bytes }: ReceivedRequest): string | undefined {
  const text = new TextDecoder().decode(bytes);
  if (!directive.test(text)) return undefined;
  const wishes = new Set<string>();
  try {
    mapLeaves(JSON.parse(text), (leaf) => {
      for (const line of String(leaf).split("\n")) {
        const [before = "", after] = line.split(directive);
        if (after !== undefined) wishes.add(`${words(before).slice(-2)} … ${words(after).slice(0, 2)}`);
      }
    });
  } catch {
    return undefined;
  }
  return [...wishes].sort().join("\n");
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}
