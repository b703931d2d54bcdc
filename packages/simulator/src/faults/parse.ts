import { type FaultKind, faultKinds, requestRoles } from "./catalogue.ts";
import type { FaultRule } from "./rule.ts";

const numbers = [
  "latencyMs",
  "seconds",
  "status",
  "after",
  "probability",
  "code",
  "links",
  "bytesPerSecond",
  "megabytes",
  "layers",
  "closedMs",
];
const roles: readonly string[] = [...requestRoles, "any"];

/**
 * Checks rules that came over HTTP or from plain JavaScript; `snake_case` keys are taken as well.
 *
 * @throws TypeError - not a list of rules, an unknown kind, or an option of the wrong type.
 */
export function parseRules(value: unknown): FaultRule[] {
  if (!Array.isArray(value)) throw new TypeError("rules must be a list");
  return value.map(parseRule);
}

/** Checks one rule. */
function parseRule(value: unknown): FaultRule {
  if (typeof value !== "object" || value === null) throw new TypeError("a rule must be an object");
  const rule: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) rule[camelCase(key)] = item;
  }
  if (!faultKinds.includes(rule.kind as FaultKind)) {
    throw new TypeError(`unknown fault ${JSON.stringify(rule.kind)}; known: ${faultKinds.join(", ")}`);
  }
  if (rule.on !== undefined && !roles.includes(String(rule.on))) {
    throw new TypeError(`unknown "on" ${JSON.stringify(rule.on)}; known: ${roles.join(", ")}`);
  }
  for (const key of numbers) {
    if (rule[key] !== undefined && !Number.isFinite(rule[key]))
      throw new TypeError(`${key} must be a number`);
  }
  if (rule.times !== undefined && rule.times !== null && !Number.isFinite(rule.times)) {
    throw new TypeError("times must be a number, or null for always");
  }
  if (rule.path !== undefined) new RegExp(String(rule.path));
  return rule as unknown as FaultRule;
}

/**
 * Reads the short form used in prompts and headers: `rate_limited retry_after=5 times=2`.
 *
 * Without `times` it strikes each time, because the same prompt should meet the same fate.
 *
 * @throws TypeError - as {@link parseRule}.
 */
export function parseShort(text: string): FaultRule {
  const [kind, ...options] = text.split(/[\s;,]+/).filter((word) => word !== "");
  const pairs = options.map((option) => {
    const [key = "", ...rest] = option.split("=");
    return [key, plainValue(rest.join("="))] as const;
  });
  return { times: null, ...parseRule({ kind, ...Object.fromEntries(pairs) }) };
}

/** Finds the directives in a body, e.g. `[[fault:moderated]]` within a prompt. */
export function findDirectives(bytes: Uint8Array): string[] {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: string[] = [];
  for (let at = body.indexOf("[[fault:"); at !== -1; at = body.indexOf("[[fault:", at + 1)) {
    const match = /^\[\[fault:([^\]"\\]{1,200})\]\]/.exec(body.toString("latin1", at, at + 220));
    if (match?.[1] !== undefined) found.push(match[1].trim());
  }
  return found;
}

/** A prompt without its directives: what is painted. */
export function withoutDirectives(prompt: string): string {
  return prompt.replaceAll(/\[\[(?:fault|reference):[^\]]*\]\]/g, " ").trim();
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function plainValue(text: string): string | number | boolean {
  if (text === "true" || text === "") return true;
  if (text === "false") return false;
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
