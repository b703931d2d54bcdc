import type { World } from "../vendor.ts";
import { listModels, type Model } from "./models.ts";
import { invalidArgument } from "./refusal.ts";

/** A model as the list shows it. */
export function listed(model: Model, { settings }: World): Record<string, unknown> {
  return {
    name: `models/${model.id}`,
    version: "001",
    displayName: `${settings.canary ?? "Gemini"} ${model.id}`,
    inputTokenLimit: model.kind === "image" ? 131_072 : 1_048_576,
    outputTokenLimit: model.kind === "image" ? 32_768 : 65_536,
    supportedGenerationMethods: ["generateContent", "streamGenerateContent"],
    thinking: true,
  };
}

/**
 * One page of the list.
 *
 * @throws Refusal - a page that there is not.
 */
export function listOf(world: World, query: URLSearchParams): Record<string, unknown> {
  const size = Number(query.get("pageSize") ?? 50);
  const start = Number(query.get("pageToken") ?? 0);
  const all = listModels(world.now());
  if (!Number.isInteger(size) || size < 0) throw invalidArgument("Invalid page size.");
  if (!Number.isInteger(start) || start < 0 || start > all.length)
    throw invalidArgument("Invalid page token.");
  const end = start + Math.min(size || 50, 1000);
  const models = all.slice(start, end).map((model) => listed(model, world));
  return { models, ...(end < all.length ? { nextPageToken: String(end) } : {}) };
}
