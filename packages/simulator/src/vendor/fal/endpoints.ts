import type { Parameters } from "./parameters.ts";

/** One thing that can be ordered. */
export interface Endpoint {
  /** Its whole name, with the subpath that only the submit address has. */
  readonly id: string;
  /** `{owner}/{alias}`: how the addresses of its requests begin. */
  readonly app: string;
  readonly makes: "pictures" | "model";
  readonly parameters: Parameters;
  readonly price: { readonly per: "megapixel" | "image" | "generation"; readonly usd: number };
}

const seed = { type: "integer", min: 0, max: 2 ** 32 - 1 } as const;
const prompt = { type: "string", isRequired: true, min: 1, max: 10_000 } as const;
const image = { type: "image" } as const;

const pictureOptions = {
  seed,
  guidance_scale: { type: "number", min: 1, max: 20, default: 3.5 },
  sync_mode: { type: "boolean", default: false },
  num_images: { type: "integer", min: 1, max: 4, default: 1 },
  enable_safety_checker: { type: "boolean", default: true },
  output_format: { type: "choice", values: ["jpeg", "png"], default: "jpeg" },
  acceleration: { type: "choice", values: ["none", "regular", "high"], default: "none" },
} as const satisfies Parameters;

const imageSize = { type: "size", default: "landscape_4_3" } as const;
const steps = (max: number, usual: number) => ({ type: "integer", min: 1, max, default: usual }) as const;

// The fields of the endpoints for models are not in our sources; an endpoint's own schema is the last word.
const modelOptions = {
  seed,
  face_limit: { type: "integer", min: 48, max: 500_000 },
  texture: { type: "choice", values: ["no", "standard", "HD"], default: "standard" },
  pbr: { type: "boolean", default: true },
} as const satisfies Parameters;

/** Every endpoint that answers. */
export const endpoints: readonly Endpoint[] = [
  {
    id: "fal-ai/flux/dev",
    app: "fal-ai/flux",
    makes: "pictures",
    parameters: { prompt, image_size: imageSize, num_inference_steps: steps(50, 28), ...pictureOptions },
    price: { per: "megapixel", usd: 0.025 },
  },
  {
    id: "fal-ai/flux/schnell",
    app: "fal-ai/flux",
    makes: "pictures",
    parameters: { prompt, image_size: imageSize, num_inference_steps: steps(12, 4), ...pictureOptions },
    price: { per: "megapixel", usd: 0.003 },
  },
  {
    id: "fal-ai/flux/dev/image-to-image",
    app: "fal-ai/flux",
    makes: "pictures",
    parameters: {
      image_url: { ...image, isRequired: true },
      prompt,
      strength: { type: "number", min: 0.01, max: 1, default: 0.95 },
      num_inference_steps: steps(50, 40),
      ...pictureOptions,
    },
    price: { per: "megapixel", usd: 0.03 },
  },
  {
    id: "fal-ai/nano-banana/edit",
    app: "fal-ai/nano-banana",
    makes: "pictures",
    parameters: {
      prompt,
      image_urls: { type: "images", isRequired: true, min: 1, max: 10 },
      num_images: pictureOptions.num_images,
      output_format: pictureOptions.output_format,
      sync_mode: pictureOptions.sync_mode,
      seed,
    },
    price: { per: "image", usd: 0.039 },
  },
  {
    id: "tripo3d/h3.1/text-to-3d",
    app: "tripo3d/h3.1",
    makes: "model",
    parameters: { prompt: { ...prompt, max: 1024 }, ...modelOptions },
    price: { per: "generation", usd: 0.2 },
  },
  {
    id: "tripo3d/h3.1/image-to-3d",
    app: "tripo3d/h3.1",
    makes: "model",
    parameters: { image_url: { ...image, isRequired: true }, ...modelOptions },
    price: { per: "generation", usd: 0.3 },
  },
  {
    id: "tripo3d/h3.1/multiview-to-3d",
    app: "tripo3d/h3.1",
    makes: "model",
    parameters: {
      front_image_url: { ...image, isRequired: true },
      left_image_url: image,
      back_image_url: image,
      right_image_url: image,
      ...modelOptions,
    },
    price: { per: "generation", usd: 0.3 },
  },
];

/** The endpoint of that name. */
export function findEndpoint(id: string): Endpoint | undefined {
  return endpoints.find((endpoint) => endpoint.id === id);
}

/** Dollars for one order. Megapixels are rounded up, for each picture. */
export function priceOf(
  { price }: Endpoint,
  size: { width: number; height: number },
  outputs: number,
): number {
  if (price.per !== "megapixel") return price.usd * outputs;
  return price.usd * Math.ceil((size.width * size.height) / 1_048_576) * outputs;
}
