import { isRecord } from "../../../faults/json.ts";
import type { PlanSchema } from "./schema.ts";

/** A plan as it reaches the buyer. */
export interface Told {
  readonly text: string;
  readonly finishReason: string;
}

/** Ways in which a text can miss what was asked for. */
export const oddTexts = ["schema", "prose", "fenced", "cut", "empty", "too_many", "none"] as const;

/** One of {@link oddTexts}. */
export type OddText = (typeof oddTexts)[number];

/** Tells a plan, and tells it wrongly where that is asked for. */
export function tell(value: unknown, schema: PlanSchema | undefined, odd: OddText | undefined): Told {
  const text = typeof value === "string" && !schema ? value : JSON.stringify(value);
  const stop = (told: string) => ({ text: told, finishReason: "STOP" });
  switch (odd) {
    case "schema":
      return stop(JSON.stringify(withoutSense(value)));
    case "prose":
      return stop(
        "Here is what I would suggest: think of light first, then of the shape, and keep it simple.",
      );
    case "fenced":
      return stop(`\`\`\`json\n${text}\n\`\`\``);
    case "cut":
      return { text: text.slice(0, Math.ceil(text.length * 0.6)), finishReason: "MAX_TOKENS" };
    case "empty":
      return stop("");
    case "too_many":
      return stop(JSON.stringify(withLists(value, (list) => Array.from({ length: 40 }, () => list).flat())));
    case "none":
      return stop(JSON.stringify(withLists(value, () => [])));
    default:
      return stop(text);
  }
}

/** JSON in which every text has become a number, and every list has lost itself: no schema of texts fits it. */
function withoutSense(value: unknown): unknown {
  if (Array.isArray(value)) return { items: value.length };
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutSense(item)]));
  }
  return typeof value === "string" ? value.length : "?";
}

function withLists(value: unknown, change: (list: readonly unknown[]) => unknown[]): unknown {
  if (Array.isArray(value)) return change(value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withLists(item, change)]));
}
