/**
 * Sends answers one after the other: as server-sent events with `alt=sse`, else as one JSON list.
 *
 * `pause` is waited for before each of them.
 */
export function eventStream(
  bodies: readonly Record<string, unknown>[],
  query: URLSearchParams,
  pause: () => Promise<void> = () => Promise.resolve(),
): Response {
  const isSse = query.get("alt") === "sse";
  const encoder = new TextEncoder();
  const texts = bodies.map((body, index) => {
    const json = JSON.stringify(body);
    if (isSse) return `data: ${json}\r\n\r\n`;
    return `${index === 0 ? "[" : ","}${json}${index === bodies.length - 1 ? "]" : "\r\n"}`;
  });
  let next = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const text = texts[next++];
      if (text === undefined) return controller.close();
      await pause();
      controller.enqueue(encoder.encode(text));
    },
  });
  const type = isSse ? "text/event-stream" : "application/json; charset=UTF-8";
  return new Response(stream, { headers: { "content-type": type } });
}
