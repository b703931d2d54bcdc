import type { Act } from "./act.ts";
import { isRecord } from "./json.ts";
import type { Fault, NonsenseVariant } from "./rule.ts";

const depth = 100_000;

/** A `200` that makes no sense, in place of an honest one. */
export async function nonsense(honest: Response, fault: Fault, act: Act): Promise<Response> {
  const { vendor, role, request, canary = "Something" } = act;
  const variant = (fault.variant ?? "html") as NonsenseVariant;
  const headers = { "content-type": "application/json" };
  switch (variant) {
    case "html":
      return new Response(`<!doctype html><title>Bad gateway</title><h1>${canary} went wrong</h1>`, {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    case "empty":
      return new Response("", { headers });
    case "null":
      return new Response("null", { headers });
    case "large": {
      const filling = `"${"x".repeat((fault.megabytes ?? 10) * 1024 * 1024)}"`;
      return new Response(await widened(honest, "filling", filling), { headers });
    }
    case "deep":
      return new Response(await widened(honest, "depths", "[".repeat(depth) + "]".repeat(depth)), {
        headers,
      });
    default:
      return new Response(JSON.stringify(vendor.nonsense(variant, role, request)), { headers });
  }
}

/** An honest JSON object with one more member, so that nothing but its size is wrong with it. */
async function widened(honest: Response, name: string, json: string): Promise<string> {
  const isJson = (honest.headers.get("content-type") ?? "").includes("json");
  const body: unknown = isJson ? await honest.json() : {};
  const object = JSON.stringify(isRecord(body) ? body : {});
  return `${object.slice(0, -1)}${object === "{}" ? "" : ","}"${name}":${json}}`;
}
