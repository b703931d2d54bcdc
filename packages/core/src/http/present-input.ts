import type { StoredInput } from "../assets/stored-input.ts";
import type { InputAsset } from "../contract/task.ts";
import { toIso } from "./present-generation.ts";

/** What clients see of an upload. Pure; one that is not complete has its permanent address only. */
export function presentInput(input: StoredInput, urls: ReadonlyMap<string, string>): InputAsset {
  return {
    input_asset_id: input.input_asset_id,
    asset_url: urls.get(input.storage_key) ?? input.asset_url,
    status: input.status,
    content_type: input.content_type,
    bytes: input.bytes,
    width: input.width,
    height: input.height,
    filename: input.filename,
    created_at: toIso(input.created_at),
  };
}
