import { frameName, type Step } from "../table/steps.ts";
import type { Source } from "./draft.ts";

/** What lies on the table, to be used: an upload, or one frame of what was made. `null` where nothing can be made of it. */
export function sourceAt(step: Step, index: number | undefined): (Source & { state: "ready" }) | null {
  if (step.kind === "input")
    return {
      state: "ready",
      id: step.input.input_asset_id,
      url: step.input.asset_url,
      kind: step.input.content_type.startsWith("model/") ? "model" : "image",
      name: step.input.filename ?? step.title,
      note: `Number ${step.no} on this table`,
    };
  const asset = step.frames.find((frame) => frame.index === index)?.asset;
  // What is drawn by curves is nothing that can be painted over.
  if (!asset || asset.kind === "vector") return null;
  const name = frameName(step, asset.index);
  return {
    state: "ready",
    id: asset.asset_id,
    url: asset.asset_url,
    kind: asset.kind,
    name: `${asset.kind === "model" ? "Model" : "Picture"} ${name}`,
    note: `Number ${name} on this table`,
  };
}
