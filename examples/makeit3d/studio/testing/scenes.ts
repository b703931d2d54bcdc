import { randomUUID } from "node:crypto";
import type {
  Asset,
  Balance,
  InputAsset,
  Movement,
  OperationList,
  TaskGeneration,
  TaskTree,
} from "@genbff/client-sdk";
import { catalogue } from "./catalogue.ts";

/** What the stand-in for the server knows. */
export interface Scene {
  balance: Balance;
  catalogue: OperationList;
  trees: Map<string, TaskTree>;
  history: Movement[];
  /** Addresses and passwords; undefined: people come in by name. */
  accounts?: Map<string, string>;
}

const wallet = (available: number, held: number, spent: number): Balance => ({
  available,
  held,
  posted: available + held,
  lifetime_granted: 100,
  lifetime_spent: spent,
  subscription_tier: "free",
});

/** Somebody's first visit. */
export function newcomer(): Scene {
  return { balance: wallet(100, 0, 0), catalogue, trees: new Map(), history: [welcome()] };
}

function welcome(): Movement {
  return {
    id: randomUUID(),
    kind: "grant",
    amount: 100,
    balance_after: 100,
    reason: "sign_up",
    generation_id: null,
    task_id: null,
    operation: null,
    created_at: "2026-11-20T09:00:00.000Z",
  };
}

export function picture(index: number, file: string): Asset {
  return {
    asset_id: randomUUID(),
    kind: "image",
    index,
    asset_url: `/samples/${file}`,
    content_type: "image/jpeg",
    bytes: 61_000,
    width: 640,
    height: 640,
    metadata: {},
  };
}

export function model(): Asset {
  return {
    ...picture(0, ""),
    kind: "model",
    asset_url: "/api/files/vase.glb",
    content_type: "model/gltf-binary",
    bytes: 5200,
    width: null,
    height: null,
  };
}

export function photo(filename = "cup.jpg"): InputAsset {
  return {
    input_asset_id: randomUUID(),
    asset_url: `/samples/${filename}`,
    status: "complete",
    content_type: "image/jpeg",
    bytes: 41_000,
    width: 640,
    height: 640,
    filename,
    created_at: "2026-11-21T09:40:00.000Z",
  };
}

let minute = 41;

export function generation(
  task_id: string,
  operation: string,
  changes: Partial<TaskGeneration>,
): TaskGeneration {
  minute += 1;
  return {
    task_id,
    generation_id: randomUUID(),
    operation,
    provider: operation.endsWith("image") ? "provider_a" : "provider_b",
    status: "complete",
    stage: null,
    progress: 100,
    asset_url: null,
    asset_urls: [],
    assets: [],
    failures: [],
    previews: [],
    error: null,
    cancel_requested: false,
    credits: { held: 0, charged: 0 },
    version: 1,
    next_poll_ms: null,
    created_at: new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString(),
    completed_at: new Date(Date.UTC(2026, 10, 21, 9, minute, 48)).toISOString(),
    input: {},
    parent_generation_id: null,
    retry_of: null,
    source_asset_ids: [],
    source_input_asset_ids: [],
    ...changes,
  };
}

const stopped = {
  error: "content_rejected",
  message: "The words or the picture were not accepted. Change them and try again.",
};

/** A table on which every state of a card lies. */
export function atWork(): Scene {
  const task_id = "winter-cup";
  const make = (operation: string, changes: Partial<TaskGeneration>) =>
    generation(task_id, operation, changes);
  const cup = photo();
  const pictures = make("image-to-image", {
    input: { prompt: "A cup for the winter menu, on a wooden table", style: "gouache", n: 4 },
    assets: [picture(0, "cup-painted.jpg"), picture(1, "cup-teal.jpg"), picture(2, "cat-painted.jpg")],
    failures: [{ index: 3, ...stopped }],
    credits: { held: 0, charged: 3 },
    source_input_asset_ids: [cup.input_asset_id],
  });
  const first = pictures.assets[0]?.asset_id ?? "";
  const open = { completed_at: null, next_poll_ms: 2000 };
  const fromPicture = { source_asset_ids: [first] };
  const generations = [
    pictures,
    make("image-to-model", { ...fromPicture, assets: [model()], credits: { held: 0, charged: 8 } }),
    make("image-to-image", {
      ...open,
      status: "processing",
      stage: "Mixing colours",
      progress: 58,
      input: { prompt: "Cut paper", style: "paper", n: 1 },
      credits: { held: 1, charged: 0 },
      source_input_asset_ids: [cup.input_asset_id],
    }),
    make("image-to-model", {
      ...open,
      ...fromPicture,
      status: "processing",
      stage: "Shaping the mesh",
      progress: 62,
      credits: { held: 8, charged: 0 },
    }),
    make("text-to-model", { ...open, status: "pending", progress: 0, credits: { held: 8, charged: 0 } }),
    make("image-to-model", {
      ...fromPicture,
      status: "failed",
      progress: 40,
      error: { error: "provider_failed", message: "It stopped halfway. Trying again usually works." },
    }),
    make("text-to-image", { status: "failed", progress: 40, error: stopped, input: { prompt: "Something" } }),
    make("text-to-image", {
      status: "cancelled",
      progress: 10,
      cancel_requested: true,
      input: { prompt: "Ink", style: "ink", n: 2 },
    }),
  ];
  const tree: TaskTree = {
    task_id,
    created_at: cup.created_at,
    updated_at: cup.created_at,
    inputs: [cup],
    generations,
  };
  return {
    balance: wallet(72, 17, 11),
    catalogue,
    trees: new Map([[task_id, tree]]),
    history: [...generations.flatMap(movementsOf).reverse(), welcome()],
  };
}

function movementsOf(item: TaskGeneration): Movement[] {
  const price = item.operation.endsWith("model") ? 8 : Number(item.input.n ?? 1);
  const movement = (kind: Movement["kind"], amount: number): Movement => ({
    id: randomUUID(),
    kind,
    amount,
    balance_after: null,
    reason: null,
    generation_id: item.generation_id,
    task_id: item.task_id,
    operation: item.operation,
    created_at: item.created_at,
  });
  const paid = item.credits.charged;
  const ended = item.completed_at !== null;
  return [
    movement("hold", price),
    ...(paid > 0 ? [movement("capture", paid)] : []),
    ...(ended && paid < price ? [movement("release", price - paid)] : []),
  ];
}
