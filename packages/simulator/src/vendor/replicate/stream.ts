import { setTimeout as wait } from "node:timers/promises";
import { isEnd } from "./progress.ts";

const lookMs = 20;

/** A prediction as events: each output once, then an error if it has one, and its end. */
export function streamPrediction(look: () => Record<string, unknown>): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const send = (event: string, data: string) =>
        controller.enqueue(encoder.encode(`event: ${event}\nid: ${sent}\ndata: ${data}\n\n`));
      while (!gone.signal.aborted) {
        const { status, output, error } = look();
        const outputs = [output].flat().filter((one) => one !== null);
        for (const one of outputs.slice(sent)) {
          send("output", typeof one === "string" ? one : JSON.stringify(one));
          sent += 1;
        }
        if (isEnd(status)) {
          if (status === "failed") send("error", JSON.stringify({ detail: error }));
          const reason = { failed: "error", canceled: "canceled", aborted: "canceled" }[String(status)];
          send("done", JSON.stringify(reason === undefined ? {} : { reason }));
          controller.close();
          return;
        }
        await wait(lookMs, undefined, { ref: false });
      }
    },
    cancel: () => gone.abort(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
