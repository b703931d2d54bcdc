import { createParser, type EventSourceMessage } from "eventsource-parser";

/** A stream that says nothing: buffered by something in between, or dead without anybody having told us. */
export class SilentStream extends Error {
  override readonly name = "SilentStream";
}

/** What a stream tells. */
export type StreamEvent =
  | { type: "message"; message: EventSourceMessage }
  /** Bytes came, a heartbeat at least. */
  | { type: "alive" }
  /** The server's word on when to come back after the end. */
  | { type: "retry"; retryMs: number };

/** How long a stream may be silent. */
export interface Silence {
  firstByteMs: number;
  betweenMs: number;
}

/**
 * Reads server-sent events until the stream ends. Leaving the loop closes the stream.
 *
 * @throws SilentStream - no byte for too long, heartbeats included.
 * @throws The signal's reason, once it is aborted.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silence: Silence,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamEvent, void, void> {
  let events: StreamEvent[] = [];
  const parser = createParser({
    onEvent: (message) => events.push({ type: "message", message }),
    onRetry: (retryMs) => events.push({ type: "retry", retryMs }),
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (let limitMs = silence.firstByteMs; ; limitMs = silence.betweenMs) {
      const { done, value } = await inTime(reader.read(), limitMs, signal);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield { type: "alive" };
      const arrived = events;
      events = [];
      yield* arrived;
    }
  } finally {
    // A stream that broke rejects here too, with what the reader was already told.
    reader.cancel().catch(() => undefined);
  }
}

function inTime<Value>(
  value: Promise<Value>,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal?.reason);
    const timer = setTimeout(() => reject(new SilentStream(`No byte for ${limitMs} ms.`)), limitMs);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    value.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    });
  });
}
