import type { GenerationStatus } from "../../contract/generation.ts";
import type { UploadComplete } from "../../contract/upload.ts";
import type { Host } from "../host.ts";
import { ask } from "../host-request.ts";
import { tinyPng } from "../test-studio.ts";
import type { Scene } from "./play.ts";

/** What the user `stage` owns before the cases are played, which only look at it. */
export async function setStage(host: Host): Promise<Scene> {
  const as = "stage";
  const make = async (task_id: string, prompt: string, n: number) => {
    const answer = await ask<GenerationStatus>(host, {
      method: "POST",
      path: "/generate/text-to-image",
      headers: { prefer: "wait=20" },
      json: { task_id, prompt, n },
      as,
    });
    if (answer.status !== 200) throw new Error(`the stage could not be set: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const done = await make("stage-done", "a cat", 2);
  const failed = await make("stage-failed", "[refused]", 1);
  const form = () => {
    const data = new FormData();
    data.append("task_id", "stage-input");
    data.append("file", new Blob([tinyPng]));
    return data;
  };
  const input = await ask<UploadComplete>(host, { method: "POST", path: "/uploads", form, as });
  const [first, second] = done.assets;
  if (first?.asset_url == null || second?.asset_url == null || input.status !== 201)
    throw new Error("the stage could not be set");
  return {
    stage: {
      done: done.generation_id,
      version: done.version,
      failed: failed.generation_id,
      file: first.asset_url,
      other: second.asset_url,
      asset: first.asset_id,
      input: input.body.input_asset_id,
    },
  };
}
