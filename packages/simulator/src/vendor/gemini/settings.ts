import { type Fields, wrongValue } from "./fields.ts";
import { invalidField } from "./refusal.ts";

const categories = [
  "HARASSMENT",
  "HATE_SPEECH",
  "SEXUALLY_EXPLICIT",
  "DANGEROUS_CONTENT",
  "CIVIC_INTEGRITY",
].map((name) => `HARM_CATEGORY_${name}`);
const thresholds = [
  "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
  "BLOCK_LOW_AND_ABOVE",
  "BLOCK_MEDIUM_AND_ABOVE",
  "BLOCK_ONLY_HIGH",
  "BLOCK_NONE",
  "OFF",
];

/**
 * Checks `safetySettings`. They change nothing here: what is blocked is a fault's business.
 *
 * @throws Refusal - an unknown category or threshold, or a category twice.
 */
export function readSafety(body: Fields): void {
  const settings = body.messages("safetySettings", ["category", "threshold"]) ?? [];
  const seen = settings.map((setting) => {
    setting.word("threshold", thresholds);
    return setting.word("category", categories);
  });
  const twice = seen.find((category, index) => seen.indexOf(category) !== index);
  if (twice !== undefined) {
    throw invalidField("safety_settings", `element predicate failed: $.category in (${twice}) is repeated`);
  }
}

/**
 * Checks `tools`: grounding by search is taken, and nothing is looked up.
 *
 * @throws Refusal - another tool.
 */
export function readTools(body: Fields): void {
  for (const tool of body.messages("tools", ["googleSearch"]) ?? []) tool.message("googleSearch", []);
}

/** @throws Refusal - a tier that there is not. */
export function readServiceTier(body: Fields): void {
  const tier = body.text("serviceTier");
  if (tier !== undefined && !["unspecified", "flex", "standard", "priority"].includes(tier.toLowerCase())) {
    throw wrongValue(body.at("serviceTier"), "TYPE_ENUM", tier);
  }
}
