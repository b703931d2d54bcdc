import type {
  Asset,
  Balance,
  GenerationCreated,
  GenerationStatus,
  TaskGeneration,
  TaskTree,
} from "../src/index.ts";

export const generationId = "0198c2a0-0000-4000-8000-000000000001";
export const taskId = "desk-1";

export const created: GenerationCreated = {
  task_id: taskId,
  generation_id: generationId,
  status: "pending",
  credits: { held: 5 },
  status_url: `/api/tasks/${generationId}/status`,
  events_url: `/api/tasks/${generationId}/events`,
};

export const picture: Asset = {
  asset_id: "0198c2a0-0000-4000-8000-00000000000a",
  kind: "image",
  index: 0,
  asset_url: "/api/files/images/desk-1/0.png",
  content_type: "image/png",
  bytes: 9,
  width: 4,
  height: 4,
  metadata: {},
};

/** A status that polls fast. */
export function status(version: number, changes: Partial<GenerationStatus> = {}): GenerationStatus {
  return {
    task_id: taskId,
    generation_id: generationId,
    operation: "text-to-image",
    provider: "openai",
    status: "processing",
    stage: null,
    progress: version * 10,
    asset_url: null,
    asset_urls: [],
    assets: [],
    failures: [],
    previews: [],
    error: null,
    cancel_requested: false,
    credits: { held: 5, charged: 0 },
    version,
    next_poll_ms: 10,
    created_at: "2026-01-01T00:00:00Z",
    completed_at: null,
    ...changes,
  };
}

export function complete(version: number): GenerationStatus {
  return status(version, {
    status: "complete",
    progress: 100,
    assets: [picture],
    asset_url: picture.asset_url,
    asset_urls: [picture.asset_url],
    credits: { held: 0, charged: 5 },
    next_poll_ms: null,
    completed_at: "2026-01-01T00:01:00Z",
  });
}

export function failed(version: number, error: string): GenerationStatus {
  const failure = { error, message: `About ${error}.` };
  return status(version, {
    status: "failed",
    error: failure,
    credits: { held: 0, charged: 0 },
    next_poll_ms: null,
  });
}

export function balance(available: number): Balance {
  return {
    available,
    held: 0,
    posted: available,
    lifetime_granted: 100,
    lifetime_spent: 0,
    subscription_tier: "free",
  };
}

export function tree(...generations: GenerationStatus[]): TaskTree {
  const origins = {
    input: {},
    parent_generation_id: null,
    retry_of: null,
    source_asset_ids: [],
    source_input_asset_ids: [],
  };
  return {
    task_id: taskId,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    inputs: [],
    generations: generations.map((one): TaskGeneration => ({ ...one, ...origins })),
  };
}
