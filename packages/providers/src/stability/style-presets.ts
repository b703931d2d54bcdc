import type { ProviderJob } from "@genbff/core";

/** The vendor's own presets: https://platform.stability.ai/docs/api-reference */
export const vendorPresets = [
  "enhance",
  "anime",
  "photographic",
  "digital-art",
  "comic-book",
  "fantasy-art",
  "line-art",
  "analog-film",
  "neon-punk",
  "isometric",
  "low-poly",
  "origami",
  "modeling-compound",
  "cinematic",
  "3d-model",
  "pixel-art",
  "tile-texture",
] as const;

/** Our presets that the vendor has too. The others are words in the prompt. */
const presetOf: Readonly<Record<string, (typeof vendorPresets)[number]>> = {
  clay: "modeling-compound",
  ink: "line-art",
  paper: "origami",
};

/**
 * The words to send, and the vendor's preset beside them. A preset that the caller names wins; then ours stays in the
 * words. Pure.
 */
export function styleOf(
  { input, prompt, style }: Pick<ProviderJob, "input" | "prompt" | "style">,
  takesPreset: boolean,
): { readonly prompt: string | undefined; readonly preset: string | undefined } {
  const preset = takesPreset && input.style_preset === undefined ? presetOf[style ?? ""] : undefined;
  if (preset === undefined) return { prompt, preset };
  return { prompt: typeof input.prompt === "string" ? input.prompt : prompt, preset };
}
