import { setTimeout as wait } from "node:timers/promises";
import type { Fault } from "../../faults/rule.ts";
import { blurred } from "../../media/blurred.ts";
import type { Picture } from "../../media/picture.ts";
import type { World } from "../vendor.ts";
import type { PictureOrder } from "./parameters.ts";
import { type PictureEndpoint, type PictureFacts, toBase64 } from "./pictures.ts";
import type { Usage } from "./usage.ts";

/** What a stream needs. */
export interface StreamOrder {
  readonly world: World;
  readonly order: PictureOrder;
  readonly endpoint: PictureEndpoint;
  readonly facts: PictureFacts;
  readonly usage: Usage;
  readonly paint: (index: number) => Promise<Picture>;
  readonly fault: Fault | undefined;
  /** The vendor's body of an error that the fault asks for. */
  readonly errorBody: (fault: Fault) => unknown;
}

/**
 * Sends pictures as server-sent events: `partial_image` while painting, `completed` at the end.
 *
 * The fault `no_outputs` ends the stream without `completed`; `server_error` and `moderated` with the stage `stream`
 * end it with an error after the partial pictures of the first picture.
 */
export function streamPictures(stream: StreamOrder): ReadableStream<Uint8Array> {
  const events = eventsOf(stream);
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else
        controller.enqueue(encoder.encode(`event: ${value.name}\ndata: ${JSON.stringify(value.data)}\n\n`));
    },
  });
}

async function* eventsOf(stream: StreamOrder): AsyncGenerator<{ name: string; data: object }> {
  const { world, order, endpoint, facts, usage, paint, fault, errorBody } = stream;
  const name = endpoint === "generations" ? "image_generation" : "image_edit";
  const created_at = () => Math.floor(world.now() / 1000);
  const steps = order.partialImages + 1;
  for (let index = 0; index < order.n; index++) {
    const picture = await paint(index);
    for (let step = 0; step < order.partialImages; step++) {
      await wait(world.settings.latencyMs / steps);
      const b64_json = await toBase64(await blurred(picture, step), order);
      const type = `${name}.partial_image`;
      const data = { type, b64_json, partial_image_index: step, created_at: created_at(), ...facts };
      yield { name: type, data };
    }
    await wait(world.settings.latencyMs / steps);
    if (fault?.kind === "no_outputs") return;
    if (fault?.stage === "stream") {
      yield { name: "error", data: { type: "error", ...(errorBody(fault) as object) } };
      return;
    }
    const b64_json = await toBase64(picture, order);
    const type = `${name}.completed`;
    yield { name: type, data: { type, b64_json, created_at: created_at(), ...facts, usage } };
  }
}
