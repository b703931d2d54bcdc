import { createRandom, type Random } from "../../../random.ts";
import { createPhrases, type Phrases } from "./phrases.ts";
import type { PlanSchema } from "./schema.ts";
import type { Wish } from "./wish.ts";

/** A value, and where in the answer it stands. */
interface Place {
  /** Name of the property, or of the list that it is in. */
  readonly name: string;
  /** Which of its list, from 0. */
  readonly turn: number;
}

/** Plans an answer to a wish that fits the schema. The same wish and seed give the same plan. */
export function plan(schema: PlanSchema, wish: Wish, seed: string): unknown {
  const random = createRandom(`${seed}/${wish.subject}`);
  const planner = new Planner(wish, random, createPhrases(random));
  return planner.value(schema, { name: "", turn: 0 });
}

/** An answer in words, where no schema was given. */
export function planInWords(wish: Wish, seed: string): string {
  const random = createRandom(`${seed}/${wish.subject}`);
  const phrases = createPhrases(random);
  const count = Math.min(wish.count ?? 1, 32);
  const prompts = Array.from({ length: count }, (_, turn) => phrases.prompt(wish.subject, turn));
  return count === 1 ? (prompts[0] ?? "") : prompts.map((text, index) => `${index + 1}. ${text}`).join("\n");
}

class Planner {
  readonly #wish: Wish;
  readonly #random: Random;
  readonly #phrases: Phrases;

  constructor(wish: Wish, random: Random, phrases: Phrases) {
    this.#wish = wish;
    this.#random = random;
    this.#phrases = phrases;
  }

  value(schema: PlanSchema, place: Place): unknown {
    const option = schema.anyOf?.find(({ type }) => type !== "null") ?? schema.anyOf?.[0];
    if (option) return this.value(option, place);
    if (schema.enum && schema.enum.length > 0) return this.#choice(schema.enum, place);
    switch (schema.type ?? (schema.properties ? "object" : "string")) {
      case "object":
        return this.#object(schema, place);
      case "array":
        return this.#list(schema, place);
      case "integer":
        return this.#number(schema, place, true);
      case "number":
        return this.#number(schema, place, false);
      case "boolean":
        return this.#random() < 0.5;
      case "null":
        return null;
      default:
        return this.#text(schema, place);
    }
  }

  /** A word that was said, if there is one among them; else they take turns. */
  #choice(options: readonly unknown[], { turn }: Place): unknown {
    const said = this.#wish.said.toLowerCase();
    const wanted = options.find(
      (option) => typeof option === "string" && said.includes(option.toLowerCase()),
    );
    return wanted ?? options[turn % options.length];
  }

  #object(schema: PlanSchema, place: Place): Record<string, unknown> {
    const properties = schema.properties ?? {};
    const ordering = schema.propertyOrdering ?? [];
    const names = [...ordering, ...Object.keys(properties).filter((name) => !ordering.includes(name))];
    const entries = names.flatMap((name) => {
      const property = properties[name];
      return property ? [[name, this.value(property, { name, turn: place.turn })] as const] : [];
    });
    return Object.fromEntries(entries);
  }

  #list(schema: PlanSchema, place: Place): unknown[] {
    const { minItems = 0, maxItems = 32, prefixItems = [] } = schema;
    const usual = /tag|keyword|label/i.test(place.name) ? 4 : (this.#wish.count ?? 3);
    const least = schema.items ? minItems : prefixItems.length;
    const length = Math.max(least, Math.min(schema.items ? usual : prefixItems.length, maxItems));
    return Array.from({ length }, (_, index) => {
      const item = prefixItems[index] ?? schema.items ?? {};
      return this.value(item, { name: place.name, turn: place.turn + index });
    });
  }

  #number(schema: PlanSchema, { name }: Place, whole: boolean): number {
    const { minimum = 0, maximum = Math.max(minimum + 1, whole ? 10 : 1) } = schema;
    if (/count|number|total/i.test(name) && this.#wish.count !== undefined) {
      return Math.max(minimum, Math.min(maximum, this.#wish.count));
    }
    if (whole) return this.#random.whole(Math.ceil(minimum), Math.floor(maximum));
    const rounded = Math.round(this.#random.between(minimum, maximum) * 100) / 100;
    return Math.max(minimum, Math.min(maximum, rounded));
  }

  #text(schema: PlanSchema, place: Place): string {
    const { minLength = 0, maxLength = 4000 } = schema;
    const format = this.#formatted(schema);
    if (format !== undefined) return format;
    let text = this.#worded(`${place.name} ${schema.description ?? ""}`, place);
    while (text.length < minLength) text += `, ${this.#phrases.light(place.turn + text.length)}`;
    return text.length <= maxLength ? text : text.slice(0, maxLength);
  }

  #formatted({ format }: PlanSchema): string | undefined {
    const day = new Date(Date.UTC(2026, this.#random.whole(0, 11), this.#random.whole(1, 28))).toISOString();
    if (format === "date-time") return day;
    if (format === "date") return day.slice(0, 10);
    if (format === "time") return "12:00:00Z";
    return undefined;
  }

  /** What a field of this name and description is likely to be about. */
  #worded(about: string, { turn }: Place): string {
    const { subject } = this.#wish;
    const phrases = this.#phrases;
    const first = about.split(/\s/)[0] ?? "";
    const is = (pattern: RegExp) => pattern.test(first);
    if (is(/negative|avoid|exclude/i)) return phrases.flaws(turn);
    if (is(/title|name|heading|caption/i)) return titled(subject);
    if (is(/tag|keyword|label/i)) return phrases.tag(turn);
    if (is(/reason|rationale|why|explanation|notes?$/i)) {
      return `Shows ${subject} with ${phrases.light(turn)}, so that its shape reads at a glance.`;
    }
    if (is(/colou?r|palette/i)) return phrases.colours(turn);
    if (is(/light/i)) return phrases.light(turn);
    if (is(/camera|angle|view|composition|framing/i)) return phrases.view(turn);
    if (is(/style|medium|technique|manner/i)) return phrases.manner(turn);
    if (is(/subject|topic|motif/i)) return subject;
    if (is(/ratio/i)) return "1:1";
    if (is(/^id$|_id$|Id$|slug|key/)) return `${slugged(subject)}-${turn + 1}`;
    return phrases.prompt(subject, turn);
  }
}

function titled(text: string): string {
  const short =
    text
      .split(/[,;:.]/)[0]
      ?.split(" ")
      .slice(0, 6)
      .join(" ") ?? text;
  return short.charAt(0).toUpperCase() + short.slice(1);
}

function slugged(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ["item"];
  return words.slice(0, 4).join("-");
}
