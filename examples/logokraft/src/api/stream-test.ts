import type { Core } from "./core.ts";
import { translateEvents } from "./sse.ts";

/** `GET /stream-test`: a timestamp every two seconds for a minute, to see what lies between: of each two ticks, one. */
export async function streamTest(core: Core): Promise<Response> {
  return translateEvents(await core.get("/diagnostics/stream?seconds=60"), ({ data }) => {
    const { tick, sent_at } = JSON.parse(data) as { tick: number; sent_at: string };
    return tick % 2 === 1 ? { event: "message", data: { timestamp: sent_at } } : undefined;
  });
}
