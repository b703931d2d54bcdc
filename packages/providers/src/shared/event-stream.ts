import type { ByteSource } from "./byte-source.ts";

/** How large one event may be, and what a failure is called. */
export interface EventStreamOptions {
  /** Letters of one event. */
  readonly lengthMax: number;
  /** The error for an event that is larger. */
  readonly garbled: (why: string) => Error;
}

/**
 * Reads the `data` of server-sent events while they arrive: https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * An event that was cut off at the end is left out, as the standard says. Leaving the loop closes the connection.
 */
export async function* readEvents(body: ByteSource, options: EventStreamOptions): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = "";
  let data: string[] = [];
  try {
    for (let chunk = await body.next(); chunk; chunk = await body.next()) {
      text += decoder.decode(chunk, { stream: true });
      // A carriage return at the very end may be half of a line's end.
      const lines = text.split(/\r\n|\n|\r(?!$)/);
      text = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) data.push(line.slice(line[5] === " " ? 6 : 5));
        else if (line === "" && data.length > 0) {
          yield data.join("\n");
          data = [];
        }
      }
      const length = data.reduce((sum, line) => sum + line.length, text.length);
      if (length > options.lengthMax) throw options.garbled("an event is too large");
    }
  } finally {
    await body.cancel();
  }
}
