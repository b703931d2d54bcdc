import {
  choice,
  type Fields,
  number,
  optionalPicture,
  optionalText,
  picture,
  rules,
  shared,
  text,
  whole,
} from "./fields.ts";
import type { Order } from "./order.ts";

/** One thing that this vendor sells. */
export interface Endpoint {
  /** Path below `/v2beta/`. */
  readonly path: string;
  readonly credits: number | ((order: Order) => number);
  readonly fields: Fields;
  /** What is wrong between fields, each as `field: what is wrong`. */
  readonly check?: (order: Order) => readonly string[];
  /** `job` is answered with an id, whose result is fetched later; `model` is answered with a GLB. */
  readonly kind: "picture" | "job" | "model";
}

const made = { seed: shared.seed, output_format: shared.output_format };
const prompted = { ...made, prompt: text, negative_prompt: optionalText };
const styled = { ...prompted, style_preset: shared.style_preset };
const { aspect_ratio } = shared;

const generate: readonly Endpoint[] = [
  { path: "stable-image/generate/core", credits: 3, kind: "picture", fields: { ...styled, aspect_ratio } },
  {
    path: "stable-image/generate/ultra",
    credits: 8,
    kind: "picture",
    fields: { ...styled, aspect_ratio, image: optionalPicture(rules.ultra), strength: number(0, 1) },
    check: (order) =>
      order.picture("image") && !order.isGiven("strength")
        ? ["strength: is required when image is provided"]
        : [],
  },
  {
    path: "stable-image/generate/sd3",
    credits: (order) => sd3Credits[order.text("model").replace(/^sd3-/, "sd3.5-")] ?? 6.5,
    kind: "picture",
    fields: {
      ...styled,
      aspect_ratio,
      mode: choice(["text-to-image", "image-to-image"], "text-to-image"),
      image: optionalPicture(rules.sd3),
      strength: number(0, 1),
      model: choice(sd3Models(), "sd3.5-large"),
      cfg_scale: number(1, 10),
    },
    check: checkSd3,
  },
];

const sd3Credits: Readonly<Record<string, number>> = {
  "sd3.5-large": 6.5,
  "sd3.5-large-turbo": 4,
  "sd3.5-medium": 3.5,
  "sd3.5-flash": 2.5,
};

/** Ids of the generation before lead to their successors. */
function sd3Models(): string[] {
  const sizes = ["large", "large-turbo", "medium"];
  return [...sizes.map((size) => `sd3.5-${size}`), "sd3.5-flash", ...sizes.map((size) => `sd3-${size}`)];
}

function checkSd3(order: Order): string[] {
  const fromImage = order.text("mode") === "image-to-image";
  const wrong = fromImage ? ["aspect_ratio"] : ["image", "strength"];
  const missing = fromImage ? ["image", "strength"] : [];
  const mode = order.text("mode");
  return [
    ...missing.filter((name) => !order.isGiven(name)).map((name) => `${name}: is required for mode ${mode}`),
    ...wrong.filter((name) => order.isGiven(name)).map((name) => `${name}: is not allowed for mode ${mode}`),
  ];
}

const drawn = { ...styled, image: picture(rules.r9Ratio), control_strength: number(0, 1, 0.7) };

const control: readonly Endpoint[] = [
  { path: "stable-image/control/sketch", credits: 5, kind: "picture", fields: drawn },
  { path: "stable-image/control/structure", credits: 5, kind: "picture", fields: drawn },
  {
    path: "stable-image/control/style",
    credits: 5,
    kind: "picture",
    fields: { ...styled, aspect_ratio, image: picture(rules.r9Ratio), fidelity: number(0, 1, 0.5) },
  },
  {
    path: "stable-image/control/style-transfer",
    credits: 8,
    kind: "picture",
    fields: {
      ...made,
      init_image: picture(rules.transferInit),
      style_image: picture(rules.transferStyle),
      prompt: optionalText,
      negative_prompt: optionalText,
      style_strength: number(0, 1, 1),
      composition_fidelity: number(0, 1, 0.9),
      change_strength: number(0.1, 1, 0.9),
    },
  },
];

const masked = { image: picture(rules.r9), mask: optionalPicture(rules.any) };
const side = whole(0, 2000, 0);
const searched = { ...styled, image: picture(rules.r9Ratio), grow_mask: whole(0, 20, 3) };

const edit: readonly Endpoint[] = [
  {
    path: "stable-image/edit/erase",
    credits: 5,
    kind: "picture",
    fields: { ...made, ...masked, grow_mask: whole(0, 20, 5) },
  },
  {
    path: "stable-image/edit/inpaint",
    credits: 5,
    kind: "picture",
    fields: { ...styled, ...masked, grow_mask: whole(0, 100, 5) },
  },
  {
    path: "stable-image/edit/outpaint",
    credits: 4,
    kind: "picture",
    fields: {
      ...made,
      image: picture(rules.r9Ratio),
      left: side,
      right: side,
      up: side,
      down: side,
      creativity: number(0, 1, 0.5),
      prompt: optionalText,
      style_preset: shared.style_preset,
    },
    check: (order) =>
      ["left", "right", "up", "down"].every((name) => order.number(name) === 0)
        ? ["outpaint: at least one of left, right, up or down must not be zero"]
        : [],
  },
  {
    path: "stable-image/edit/search-and-replace",
    credits: 5,
    kind: "picture",
    fields: { ...searched, search_prompt: text },
  },
  {
    path: "stable-image/edit/search-and-recolor",
    credits: 5,
    kind: "picture",
    fields: { ...searched, select_prompt: text },
  },
  {
    path: "stable-image/edit/remove-background",
    credits: 5,
    kind: "picture",
    fields: { image: picture(rules.r4), output_format: choice(["png", "webp"], "png") },
  },
  {
    path: "stable-image/edit/replace-background-and-relight",
    credits: 8,
    kind: "job",
    fields: {
      ...made,
      subject_image: picture(rules.r9Ratio),
      background_prompt: optionalText,
      background_reference: optionalPicture(rules.r9),
      foreground_prompt: optionalText,
      negative_prompt: optionalText,
      preserve_original_subject: number(0, 1, 0.6),
      original_background_depth: number(0, 1, 0.5),
      keep_original_background: choice(["true", "false"], "false"),
      light_source_direction: choice(["left", "right", "above", "below"]),
      light_reference: optionalPicture(rules.r9),
      light_source_strength: number(0, 1, 0.3),
    },
    check: checkRelight,
  },
];

function checkRelight(order: Order): string[] {
  const errors: string[] = [];
  if (!order.isGiven("background_prompt") && !order.isGiven("background_reference")) {
    errors.push("background_prompt: is required when background_reference is not provided");
  }
  const isLit = order.isGiven("light_source_direction") || order.isGiven("light_reference");
  if (order.isGiven("light_source_strength") && !isLit) {
    errors.push("light_source_strength: requires light_reference or light_source_direction");
  }
  return errors;
}

const upscale: readonly Endpoint[] = [
  {
    path: "stable-image/upscale/fast",
    credits: 2,
    kind: "picture",
    fields: { image: picture(rules.any), output_format: shared.output_format },
  },
  {
    path: "stable-image/upscale/conservative",
    credits: 40,
    kind: "picture",
    fields: { ...prompted, image: picture(rules.r9Ratio), creativity: number(0.2, 0.5, 0.35) },
  },
  {
    path: "stable-image/upscale/creative",
    credits: 60,
    kind: "job",
    // The document's bounds of creativity were never read; a wider range than the plugin's would hide mistakes.
    fields: { ...styled, image: picture(rules.any), creativity: number(0, 0.35, 0.3) },
  },
];

const textured = {
  texture_resolution: choice(["512", "1024", "2048"], "1024"),
  remesh: choice(["none", "triangle", "quad"], "none"),
};

const models: readonly Endpoint[] = [
  {
    path: "3d/stable-fast-3d",
    credits: 10,
    kind: "model",
    fields: {
      ...textured,
      image: picture(rules.r4),
      foreground_ratio: number(0.1, 1, 0.85),
      vertex_count: whole(-1, 20_000, -1),
    },
  },
  {
    path: "3d/stable-point-aware-3d",
    credits: 4,
    kind: "model",
    fields: {
      ...textured,
      image: picture(rules.pointAware),
      foreground_ratio: number(1, 2, 1.3),
      target_type: choice(["none", "vertex", "face"], "none"),
      target_count: whole(100, 20_000, 1000),
      guidance_scale: number(1, 10, 3),
      seed: shared.seed,
    },
  },
];

/** Everything that is sold, by path. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map(
  [...generate, ...control, ...edit, ...upscale, ...models].map((endpoint) => [endpoint.path, endpoint]),
);
