import { isJson, mapLeaves, withBody } from "./json.ts";
import type { Fault } from "./rule.ts";

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const nearMs = 7 * 86_400_000;

/** An answer by a vendor whose clock is wrong: its `Date`, and every moment of these days that its JSON names. */
export async function skewClock(response: Response, { seconds = 3600 }: Fault): Promise<Response> {
  const now = Date.now();
  const later = (ms: number) => ms + seconds * 1000;
  const isNear = (ms: number) => Math.abs(ms - now) < nearMs;
  const skewed = (leaf: string | number): unknown => {
    if (typeof leaf === "string") {
      return iso.test(leaf) && isNear(Date.parse(leaf))
        ? new Date(later(Date.parse(leaf))).toISOString()
        : leaf;
    }
    if (isNear(leaf * 1000)) return leaf + seconds;
    return isNear(leaf) ? later(leaf) : leaf;
  };
  const answer = isJson(response)
    ? withBody(response, JSON.stringify(mapLeaves(await response.json(), skewed)))
    : response;
  const headers = new Headers(answer.headers);
  headers.set("date", new Date(later(now)).toUTCString());
  return new Response(answer.body, { status: answer.status, headers });
}
