import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "../../faults/rule.ts";
import type { BatchTools, Place } from "./batch.ts";
import type { Usage } from "./generate.ts";
import type { Order } from "./parameters.ts";

/** What a stream needs. */
export interface StreamOrder {
  readonly order: Order;
  readonly places: readonly Place[];
  readonly usage: Usage;
  readonly fault: Fault | undefined;
  readonly requestId: string;
  /** Whether not one picture came out. */
  readonly isLost: boolean;
  readonly tools: BatchTools;
}

/**
 * Sends a batch as server-sent events, one for each whole picture or failure, then `completed` and `[DONE]`.
 *
 * Headers come with the first event. The fault `no_outputs` ends the stream without `completed` and `[DONE]`;
 * `server_error` and `moderated` with the stage `stream` end it with an error after half the pictures.
 */
export async function streamBatch(order: StreamOrder): Promise<Response> {
  const events = eventsOf(order);
  const encoder = new TextEncoder();
  let waiting: IteratorResult<string> | undefined = await events.next();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = waiting ?? (await events.next());
      waiting = undefined;
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  return new Response(stream, { headers: { "content-type": "text/event-stream" } });
}

async function* eventsOf(stream: StreamOrder): AsyncGenerator<string, undefined> {
  const { order, places, usage, fault, requestId, isLost, tools } = stream;
  const { world, errors } = tools;
  const event = (name: string, more: object) => {
    const type = `image_generation.${name}`;
    const created = Math.floor(world.now() / 1000);
    return `event: ${type}\ndata: ${JSON.stringify({ type, model: order.model.id, created, ...more })}\n\n`;
  };
  for (const [image_index, place] of places.entries()) {
    await wait(world.settings.latencyMs / places.length);
    yield "refusal" in place
      ? event("partial_failed", { image_index, error: errors.item(place.refusal, requestId) })
      : event("partial_succeeded", { image_index, ...(await place.make()) });
  }
  if (fault?.kind === "no_outputs") return;
  const [lost] = places.flatMap((place) => ("refusal" in place ? place.refusal : []));
  const end = fault?.stage === "stream" ? errors.of(fault) : isLost ? lost : undefined;
  yield end ? `data: ${JSON.stringify(errors.body(end, requestId))}\n\n` : event("completed", { usage });
  yield "data: [DONE]\n\n";
}
