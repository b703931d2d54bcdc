import { extensionsOf } from "../assets/media-types.ts";
import { storeMedia } from "../assets/store-media.ts";
import type { BffContext } from "../context.ts";
import type { JsonValue } from "../shared/json.ts";
import type { Lease } from "./lease.ts";
import type { WorkOrder } from "./work-order.ts";

/** Shows the unfinished pictures of one submission. */
export interface Previews {
  /** Stores one and tells it, after those before it. Never rejects. */
  show(index: number, picture: ReadableStream<Uint8Array>): Promise<void>;
  /** Ends what is still being stored, and waits for it: nothing of it may come after the outputs. */
  close(): Promise<void>;
}

const bytesMax = 20_000_000;
/** Longer than any worker goes on after it has lost its generation. */
const staleAfterMs = 10 * 60_000;
const batch = 200;

/** Makes what a provider shows its unfinished pictures with. */
export function createPreviews(
  context: BffContext,
  lease: Pick<Lease, "signal">,
  order: WorkOrder,
): Previews {
  const closing = new AbortController();
  const signal = AbortSignal.any([lease.signal, closing.signal]);
  let last: Promise<void> = Promise.resolve();

  async function store(index: number, picture: ReadableStream<Uint8Array>): Promise<void> {
    const held = { p_generation_id: order.id, p_epoch: order.lease_epoch };
    const reserved = (await context.database.call("genbff_reserve_preview", {
      ...held,
      p_max: context.limits.previewsPerGeneration,
    })) as { reserved: boolean; storage_key?: string } | null;
    const keyWithoutExtension = reserved?.storage_key;
    if (keyWithoutExtension === undefined) return;
    const { key, content_type, width, height } = await storeMedia(context.storage, {
      source: picture,
      kinds: ["image"],
      keyWithoutExtension,
      bytesMax,
      signal,
    });
    const preview = { index, storage_key: key, content_type, width, height };
    const shown = await context.database.call("genbff_show_preview", { ...held, p_preview: preview });
    if (shown === null) await context.storage.remove([key]);
    else context.changes.tell(order.task_id);
  }

  return {
    show(index, picture) {
      last = last.then(async () => {
        try {
          if (!signal.aborted && index >= 0 && index < order.outputs) await store(index, picture);
        } catch (error) {
          context.logger.debug({ generation_id: order.id, error }, "a preview could not be shown");
        } finally {
          // Whoever took it has read or cancelled it; a picture that nobody took is let go here.
          if (!picture.locked) await picture.cancel().catch(() => undefined);
        }
      });
      return last;
    },
    async close() {
      closing.abort();
      await last;
    },
  };
}

/** Removes what was shown of a generation that has just ended; what fails here is left to the sweep. */
export async function discardPreviews(
  context: BffContext,
  order: WorkOrder,
  ended: JsonValue,
): Promise<void> {
  const { previews = [] } = ended as { previews?: string[] };
  try {
    await remove(context, previews);
  } catch (error) {
    context.logger.warn({ generation_id: order.id, error }, "previews could not be removed yet");
  }
}

/** Removes what crashed workers have left of generations that ended. Any number of processes may call it. */
export async function sweepPreviews(context: Pick<BffContext, "database" | "storage">): Promise<number> {
  const stale = await context.database.call("genbff_stale_previews", {
    p_ended_ms: staleAfterMs,
    p_count: batch,
  });
  await remove(context, stale as string[]);
  return (stale as string[]).length;
}

/** The objects first: a row that is left over is swept again, an object without one never is. */
async function remove(
  context: Pick<BffContext, "database" | "storage">,
  keys: readonly string[],
): Promise<void> {
  if (keys.length === 0) return;
  const objects = keys.flatMap((key) => extensionsOf("image").map((extension) => `${key}.${extension}`));
  await context.storage.remove(objects);
  await context.database.call("genbff_forget_previews", { p_keys: [...keys] });
}
