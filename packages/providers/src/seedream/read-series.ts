import { isProviderError, type Logger, type ProviderAnswer, type SubmitContext } from "@genbff/core";
import { readEvents } from "../shared/event-stream.ts";
import type { HttpAnswer } from "../shared/http.ts";
import { slug } from "../shared/status-error.ts";
import { hiddenError, lostAnswer } from "./errors.ts";
import { type SeedreamPictures, toOutputs } from "./to-result.ts";
import { eventSchema, type SeedreamItem, type SeedreamRefusal, type SeedreamUsage } from "./wire.ts";

/** A link and some words. */
const eventLengthMax = 100_000;

/** What to read a series with. */
interface SeriesReading {
  readonly outputsMax: number;
  readonly report: SubmitContext["report"];
  readonly logger: Logger;
}

/**
 * A series whose pictures come one by one. Those that came before it broke off are delivered.
 *
 * @throws ProviderError - not one came: the failure of the whole call, or what `toOutputs` says.
 */
export async function readSeries(answer: HttpAnswer, reading: SeriesReading): Promise<ProviderAnswer> {
  const items = new Map<number, SeedreamItem>();
  const state: { usage: SeedreamUsage; completed: boolean } = { usage: undefined, completed: false };
  const came = () => [...items.values()].some(({ url }) => url !== undefined);
  const { outputsMax, report, logger } = reading;
  try {
    for await (const data of readEvents(answer.body, { lengthMax: eventLengthMax, garbled: lostAnswer })) {
      if (data === "[DONE]") break;
      const event = eventSchema.safeParse(parse(data)).data ?? {};
      switch (event.type) {
        case "image_generation.partial_succeeded":
        case "image_generation.partial_failed": {
          const { url, error = {} } = event;
          const failed = event.type === "image_generation.partial_failed";
          // A picture that came out and whose link did not is billed: that is no failure of the vendor's telling.
          items.set(event.image_index ?? items.size, failed ? { error } : { url });
          report({ progress: Math.min(99, Math.round((items.size / outputsMax) * 100)) });
          break;
        }
        case "image_generation.completed":
          state.completed = true;
          state.usage = event.usage;
          break;
        case undefined:
          if (event.error === undefined) throw lostAnswer("the stream is garbled");
          if (!came()) throw hiddenError(event.error, answer.headers);
          return deliver(event.error);
        default:
          logger.warn({ provider: "seedream", event: slug(event.type) ?? "unreadable" }, "unknown event");
      }
    }
  } catch (error) {
    if (!isProviderError(error) || !came()) throw error;
    logger.warn({ provider: "seedream", error }, "a series broke off; what came is delivered");
  }
  return deliver();

  /** Without a word about the others they may have been made all the same. */
  function deliver(ended?: SeedreamRefusal): ProviderAnswer {
    const all = new Map(items);
    if (ended !== undefined) {
      for (let index = 0; index < outputsMax; index++) if (!all.has(index)) all.set(index, { error: ended });
    }
    const missing = state.completed ? "provider_failed" : "output_unavailable";
    const pictures: SeedreamPictures = { items: all, usage: state.usage, missing };
    return toOutputs(pictures, outputsMax);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
