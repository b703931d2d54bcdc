import { askCore, type Call, type Generation, generationOf, Refused, refusal } from "./core.ts";
import { generationIdOf } from "./task-ids.ts";

const services = ["openai", "tripo"];
const words = {
  pending: "pending",
  processing: "processing",
  complete: "completed",
  failed: "failed",
  cancelled: "failed",
} as const;

/** `GET /tasks/{task_id}/status?service=openai|tripo` */
export async function status(call: Call, taskId: string): Promise<Response> {
  const service = new URL(call.request.url).searchParams.get("service") ?? "";
  if (!services.includes(service))
    throw refusal(400, "validation_failed", `service: must be ${services.join(" or ")}.`);
  const generation = await generationOf(call, await generationIdOf(call, taskId));
  if (generation.provider !== service) throw refusal(404, "not_found", "There is no such task there.");
  return Response.json(await toStatus(call, generation));
}

/** A generation in the first version's words. */
export async function toStatus(call: Call, generation: Generation): Promise<object> {
  const { progress, error, assets } = generation;
  const results = await Promise.all(assets.map((asset) => freshUrl(call, asset)));
  const [first] = results;
  return {
    status: words[generation.status],
    progress,
    ...(generation.status === "complete" ? { result_url: first?.url ?? null } : {}),
    ...(results.length > 1 ? { result_urls: results.map(({ url }) => url) } : {}),
    ...(first === undefined ? {} : { expires_at: first.expires_at }),
    ...(error === null ? {} : { error: error.error, message: error.message }),
  };
}

/** Polling asks the vendor, as it always did: a URL that has ended is made anew while the vendor knows the task. */
async function freshUrl(
  call: Call,
  { asset_id, asset_url: url, ...asset }: Generation["assets"][number],
): Promise<{ url: string | null; expires_at: string | null }> {
  const expires_at = asset.expires_at ?? null;
  if (url !== "") return { url, expires_at };
  try {
    const renewed = await askCore(call, `/api/assets/${asset_id}/url`);
    const given = (await renewed.json()) as { asset_url: string; expires_at: string };
    return { url: given.asset_url, expires_at: given.expires_at };
  } catch (error) {
    if (error instanceof Refused && error.response.status === 410) return { url: null, expires_at };
    throw error;
  }
}
