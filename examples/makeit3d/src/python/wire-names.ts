import type { Vendor } from "../config.ts";

/** Operation → what the Python services called a field → what it is called here. */
export const fieldNames: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  Object.entries({
    "image-to-model": { image_urls: "input_image_asset_urls" },
    "sketch-to-model": { image_url: "input_sketch_asset_url" },
    "refine-model": {
      tripo_draft_task_id: "draft_generation_id",
      draft_model_task_id: "draft_generation_id",
      celery_task_id: "draft_generation_id",
    },
  }),
);

/** Operation → fields that were taken and changed nothing at the vendor, and are no fields here. */
export const idleFields: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "text-to-image": ["response_format"],
    "image-to-image": ["response_format"],
    "remove-background": ["response_format"],
    "image-to-model": ["style"],
    "sketch-to-model": ["style"],
    "refine-model": ["style", "face_limit", "auto_size"],
  }),
);

/**
 * Operation → who made it where the request names nobody. Always somebody: the client looks afterwards with `service`,
 * and a generation that another vendor had taken over would not be found by it.
 */
export const makers: ReadonlyMap<string, Vendor> = new Map(
  Object.entries({
    "text-to-image": "openai",
    "image-to-image": "openai",
    "sketch-to-image": "stability",
    "image-inpaint": "recraft",
    "remove-background": "stability",
    "search-and-recolor": "stability",
    "text-to-model": "tripo",
    "image-to-model": "tripo",
    "sketch-to-model": "tripo",
    "refine-model": "tripo",
  }),
);

/** What else a vendor was called. */
export const otherNames: ReadonlyMap<string, Vendor> = new Map([["tripoai", "tripo"]]);
