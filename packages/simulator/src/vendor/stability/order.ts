import { decode, type Picture } from "../../media/picture.ts";
import type { RequestBody } from "../../request.ts";
import type { Endpoint } from "./endpoints.ts";
import type { Field, PictureRule } from "./fields.ts";
import { badRequest, Refusal } from "./refusal.ts";

/** A request's form, checked and with its defaults. */
export interface Order {
  readonly endpoint: Endpoint;
  /** Whether the buyer sent it. */
  isGiven(name: string): boolean;
  /** Empty where it was left out. */
  text(name: string): string;
  /** 0 where it was left out and has no default. */
  number(name: string): number;
  picture(name: string): Picture | undefined;
}

type Value = string | number | Picture;

/**
 * Checks a form against its endpoint's fields.
 *
 * @throws Refusal - with every field that will not do; a language that is not English after that.
 */
export async function readOrder(endpoint: Endpoint, { fields, files }: RequestBody): Promise<Order> {
  const values = new Map<string, Value>();
  const errors: string[] = [];
  const sent = new Set([...Object.keys(fields), ...files.map(({ field }) => field)]);
  for (const name of sent) {
    if (!Object.hasOwn(endpoint.fields, name)) errors.push(`${name}: is not allowed`);
  }
  for (const [name, field] of Object.entries(endpoint.fields)) {
    const given = field.kind === "picture" ? files.find((file) => file.field === name)?.bytes : fields[name];
    if (given === undefined) {
      if ("required" in field) errors.push(`${name}: is required`);
      continue;
    }
    const read = await readValue(field, given);
    if (typeof read === "object" && "error" in read) errors.push(`${name}: ${read.error}`);
    else values.set(name, read);
  }
  if (errors.length > 0) throw badRequest(...errors);

  const fallbackOf = (name: string) => {
    const field = endpoint.fields[name];
    return field && "fallback" in field ? field.fallback : undefined;
  };
  const order: Order = {
    endpoint,
    isGiven: (name) => values.has(name),
    text: (name) => String(values.get(name) ?? fallbackOf(name) ?? ""),
    number: (name) => Number(values.get(name) ?? fallbackOf(name) ?? 0),
    picture(name) {
      const value = values.get(name);
      return typeof value === "object" ? value : undefined;
    },
  };
  const conflicts = endpoint.check?.(order) ?? [];
  if (conflicts.length > 0) throw badRequest(...conflicts);
  for (const [name, field] of Object.entries(endpoint.fields)) {
    if (field.kind === "text" && !isEnglish(order.text(name))) {
      throw new Refusal(422, "invalid_language", [`${name}: must be in English`]);
    }
  }
  return order;
}

async function readValue(field: Field, given: unknown): Promise<Value | { readonly error: string }> {
  if (field.kind === "picture") return readPicture(given as Uint8Array, field.rule);
  const sent = String(given);
  switch (field.kind) {
    case "text":
      if (sent === "" && field.required) return { error: "must be at least 1 character" };
      return sent.length > field.max ? { error: `must be at most ${field.max} characters` } : sent;
    case "choice":
      return field.words.includes(sent) ? sent : { error: `must be one of ${field.words.join(", ")}` };
    case "number": {
      const value = Number(sent);
      if (sent.trim() === "" || !Number.isFinite(value)) return { error: "must be a number" };
      if (field.whole && !Number.isInteger(value)) return { error: "must be an integer" };
      if (value < field.low) return { error: `must be greater than or equal to ${field.low}` };
      return value > field.high ? { error: `must be less than or equal to ${field.high}` } : value;
    }
  }
}

async function readPicture(
  bytes: Uint8Array,
  rule: PictureRule,
): Promise<Picture | { readonly error: string }> {
  const picture = await decode(bytes);
  if (!picture) return { error: "must be a valid image of type jpeg, png or webp" };
  const { width, height } = picture;
  const [short, long, pixels] = [Math.min(width, height), Math.max(width, height), width * height];
  if (short < rule.sideMin) return { error: `Image width and height must be at least ${rule.sideMin}` };
  if (long > (rule.sideMax ?? Number.POSITIVE_INFINITY)) {
    return { error: `Image width and height must be at most ${rule.sideMax}` };
  }
  if (pixels < rule.pixelsMin) return { error: `must have at least ${rule.pixelsMin} pixels` };
  if (pixels > (rule.pixelsMax ?? Number.POSITIVE_INFINITY)) {
    return { error: `must have at most ${rule.pixelsMax} pixels` };
  }
  if (rule.ratio && long / short > 2.5) return { error: "aspect ratio must be between 1:2.5 and 2.5:1" };
  return picture;
}

/** Letters of other scripts are what the vendor's own check certainly finds. */
function isEnglish(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const foreign = letters.filter((letter) => !/\p{Script=Latin}/u.test(letter));
  return foreign.length <= letters.length / 2;
}
