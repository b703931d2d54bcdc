import { type Clock, systemClock } from "../shared/clock.ts";

/** Writes server-sent events into a body. */
export interface SseWriter {
  readonly body: ReadableStream<Uint8Array>;
  /** Last time anything was written, in ms since 1970. */
  readonly writtenAt: number;
  readonly ended: boolean;
  event(name: string, data: unknown, id?: number): void;
  comment(text: string): void;
  retry(ms: number): void;
  end(): void;
}

/** What a reader may leave unread before it is dropped: a status with assets has a few kB. */
const unreadBytesMax = 256 * 1024;
const encoder = new TextEncoder();

/**
 * Makes a writer. Nothing it does throws or waits: a reader that is gone or too slow ends it.
 *
 * @param onEnd - Called once, whoever ended it; with why, where the reader was too slow.
 */
export function createSseWriter(onEnd: (why?: "too slow") => void, clock: Clock = systemClock): SseWriter {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let writtenAt = clock.now();
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      cancel() {
        controller = undefined;
        onEnd();
      },
    },
    { highWaterMark: unreadBytesMax, size: (chunk) => chunk.byteLength },
  );

  const write = (text: string) => {
    if (controller === undefined) return;
    if ((controller.desiredSize ?? 0) <= 0) {
      // Dropped, with what it has not read: it comes back with its Last-Event-ID.
      controller.error(new DOMException("the reader of the stream is too slow", "AbortError"));
      controller = undefined;
      onEnd("too slow");
      return;
    }
    controller.enqueue(encoder.encode(text));
    writtenAt = clock.now();
  };

  return {
    body,
    get writtenAt() {
      return writtenAt;
    },
    get ended() {
      return controller === undefined;
    },
    event: (name, data, id) =>
      write(`event: ${name}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`),
    comment: (text) => write(`: ${text}\n\n`),
    retry: (ms) => write(`retry: ${ms}\n\n`),
    end() {
      if (controller === undefined) return;
      controller.close();
      controller = undefined;
      onEnd();
    },
  };
}
