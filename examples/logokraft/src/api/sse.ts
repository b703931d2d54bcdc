import { createParser, type EventSourceMessage } from "eventsource-parser";

/** One event as it is to stand in a stream. */
export interface OutgoingEvent {
  readonly event: string;
  readonly data: object;
}

/**
 * A stream of server-sent events, each as `tell` puts it; undefined leaves it out. Ids, heartbeats and the word on when
 * to come back pass as they are, so that a browser goes on where it was. One event after the other.
 */
export function translateEvents(
  stream: Response,
  tell: (message: EventSourceMessage) => OutgoingEvent | undefined | Promise<OutgoingEvent | undefined>,
): Response {
  if (stream.status !== 200 || stream.body === null) return stream;
  const arrived: (EventSourceMessage | string)[] = [];
  const parser = createParser({
    onEvent: (message) => arrived.push(message),
    onRetry: (retryMs) => arrived.push(`retry: ${retryMs}\n\n`),
    onComment: (comment) => arrived.push(`:${comment}\n\n`),
  });
  const words = stream.body.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TransformStream<string, string>({
      async transform(text, controller) {
        parser.feed(text);
        for (const one of arrived.splice(0)) {
          if (typeof one === "string") controller.enqueue(one);
          else {
            const told = await tell(one);
            if (told === undefined) continue;
            const id = one.id === undefined ? "" : `id: ${one.id}\n`;
            controller.enqueue(`event: ${told.event}\n${id}data: ${JSON.stringify(told.data)}\n\n`);
          }
        }
      },
    }),
  );
  return new Response(words.pipeThrough(new TextEncoderStream()), { headers: stream.headers });
}
