import type { JsonValue, OperationEntry } from "@genbff/client-sdk";
import type { Fields } from "../api/client.ts";
import type { Choice, Draft, Source } from "./draft.ts";
import type { Field, Form } from "./form.ts";

/** The fields of the request that a draft means. Defaults are left to the server. */
export function fieldsOf(draft: Draft, choice: Choice, form: Form): Fields {
  const fields: Fields = {};
  if (choice.provider) fields.provider = choice.provider;
  const prompt = draft.prompt.trim();
  if (form.prompt && prompt) fields.prompt = prompt;
  if (form.styles && draft.style) fields.style = draft.style;
  const count = form.count && countWithin(form.count, draft.count);
  if (form.count && count !== form.count.initial) fields.n = count;
  if (form.file && draft.source?.state === "ready")
    fields[form.file.field] = form.file.many
      ? [draft.source.id, ...idsOf(draft.sides)].slice(0, form.file.max)
      : draft.source.id;
  if (form.mask && draft.mask?.state === "ready") fields[form.mask] = draft.mask.id;
  for (const field of [...form.needed, ...form.more]) {
    const value = draft.more[field.name];
    if (value !== undefined && value !== field.initial && value !== "") fields[field.name] = value;
  }
  return fields;
}

function idsOf(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => (source.state === "ready" ? [source.id] : []));
}

/** The number that was chosen, as far as this provider goes: it may have been chosen with another. */
export function countWithin({ min, max }: { min: number; max: number }, chosen: number): number {
  return Math.min(max, Math.max(min, chosen));
}

/** What is not there yet: the file, one of its sides, a mark on it, the prompt, or a field of the form. */
export type Lack = "file" | "sides" | "mask" | "prompt" | Field;

/** The first thing that is still missing before it can be asked for. */
export function missing(draft: Draft, form: Form): Lack | null {
  if (form.file?.required && draft.source?.state !== "ready") return "file";
  if (form.file?.many && draft.sides.some(({ state }) => state !== "ready")) return "sides";
  if (form.mask && draft.mask?.state !== "ready") return "mask";
  if (form.prompt?.required && draft.prompt.trim() === "") return "prompt";
  return form.needed.find((field) => String(shownValue(field, draft) ?? "").trim() === "") ?? null;
}

/** What a field shows: what was chosen, else its default. */
export function shownValue(field: Field, draft: Draft): JsonValue {
  return draft.more[field.name] ?? field.initial;
}

/**
 * A price from the catalogue, for as long as there is nothing to be quoted: before a photo is there, and beside the
 * next steps. What is held is always the server's own figure.
 */
export function estimate(entry: OperationEntry, fields: Fields): number {
  const provider = entry.providers.find((item) => item.provider === fields.provider) ?? entry.providers[0];
  if (!provider) return 0;
  const { credits, per, multipliers } = provider.price;
  let unit = credits;
  for (const [name, percents] of Object.entries(multipliers))
    unit = (unit * (percents[String(fields[name] ?? null)] ?? 100)) / 100;
  return Math.ceil(unit) * (per === "output" ? Number(fields.n ?? 1) : 1);
}
