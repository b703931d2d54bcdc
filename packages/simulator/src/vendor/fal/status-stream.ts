import { setTimeout as wait } from "node:timers/promises";

const lookMs = 20;

/** The status as events, one for each change, until the request is over. */
export function streamStatus(look: () => Record<string, unknown>): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  let last = "";
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (!gone.signal.aborted) {
        const status = look();
        const text = JSON.stringify(status);
        if (text !== last) {
          last = text;
          controller.enqueue(encoder.encode(`data: ${text}\n\n`));
          if (status.status === "COMPLETED") controller.close();
          return;
        }
        await wait(lookMs, undefined, { ref: false });
      }
    },
    cancel: () => gone.abort(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
