import { type Inspection, type InspectionLimits, Inspector } from "./inspector.ts";
import type { MediaType } from "./media-types.ts";

export type { Inspection, InspectionLimits } from "./inspector.ts";

/** A stream under inspection. */
export interface InspectedStream {
  /** Known before the rest is read, so that the key's extension can be chosen. */
  readonly type: MediaType;
  /** The same bytes. Fails with `MediaRejected` where they are not taken, so that whoever stores them stops. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Set once the stream has been read to a good end. */
  readonly inspection: Inspection | undefined;
  /** Why the stream failed: `MediaRejected`, or whatever its source failed with. A failing reader leaves it unset. */
  readonly failure: unknown;
  /** Lets the source go. */
  cancel(reason: unknown): Promise<void>;
}

/**
 * Reads as far as needed to know what a stream is, and inspects the rest while it is read by someone else.
 *
 * Holds one chunk at a time. When it rejects, or when `stream` fails, the source has been cancelled.
 *
 * @param limits.signal - Ends a wait for the first bytes, and cancels the source at any time.
 * @throws MediaRejected - see `RejectionReason`.
 *
 * @example
 * const inspected = await inspectStream(body, { kinds: ["image"], bytesMax: 50_000_000 });
 * await store.put(`images/a/0.${inspected.type.extension}`, inspected.stream, inspected.type);
 * inspected.inspection; // { width: 1024, height: 1024, sha256: "…", … }
 */
export async function inspectStream(
  source: ReadableStream<Uint8Array>,
  limits: InspectionLimits & { readonly signal?: AbortSignal | undefined },
): Promise<InspectedStream> {
  const passage = new Passage(source, limits);
  await passage.peek();
  return passage as Passage & { type: MediaType };
}

/**
 * Inspects a stream and lets its bytes fall.
 *
 * @throws MediaRejected - see `RejectionReason`.
 */
export async function inspect(
  source: ReadableStream<Uint8Array>,
  limits: InspectionLimits & { readonly signal?: AbortSignal | undefined },
): Promise<Inspection> {
  const inspected = await inspectStream(source, limits);
  for await (const _ of inspected.stream);
  return inspected.inspection as Inspection;
}

class Passage {
  inspection: Inspection | undefined;
  failure: unknown;
  readonly stream: ReadableStream<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #inspector: Inspector;
  readonly #signal: AbortSignal | undefined;
  readonly #head: Uint8Array[] = [];
  readonly #onAbort = () => void this.cancel(this.#signal?.reason);

  constructor(
    source: ReadableStream<Uint8Array>,
    limits: InspectionLimits & { signal?: AbortSignal | undefined },
  ) {
    this.#reader = source.getReader();
    this.#inspector = new Inspector(limits);
    this.#signal = limits.signal;
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.stream = new ReadableStream<Uint8Array>(
      { pull: (controller) => this.#pull(controller), cancel: (reason) => this.cancel(reason) },
      { highWaterMark: 0 },
    );
  }

  get type(): MediaType | undefined {
    return this.#inspector.type;
  }

  async peek(): Promise<void> {
    while (!this.type) {
      const chunk = await this.#next();
      if (chunk) this.#head.push(chunk);
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    // A source that failed before rejects with its own failure, which is known already.
    await this.#reader.cancel(reason).catch(() => undefined);
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const chunk = this.#head.shift() ?? (await this.#next());
    if (chunk) controller.enqueue(chunk);
    else controller.close();
  }

  /** The next chunk, inspected; nothing at a good end. */
  async #next(): Promise<Uint8Array | undefined> {
    if (this.inspection) return undefined;
    try {
      this.#signal?.throwIfAborted();
      const { done, value } = await this.#reader.read();
      // An abort looks like an early end: the cancelled source has nothing more to give.
      this.#signal?.throwIfAborted();
      if (!done) {
        this.#inspector.push(value);
        return value;
      }
      this.inspection = this.#inspector.finish();
      this.#signal?.removeEventListener("abort", this.#onAbort);
      return undefined;
    } catch (error) {
      this.failure = error;
      await this.cancel(error);
      throw error;
    }
  }
}
