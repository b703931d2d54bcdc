/** One server-sent event, as it stood in the stream. */
export interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** Reads a stream until it ends, or until `enough` says so: then it is left. */
export async function readEvents(
  response: Response,
  enough: (events: readonly SentEvent[]) => boolean = () => false,
): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  const decoder = new TextDecoder();
  let text = "";
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    text += done ? "" : decoder.decode(value, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data !== undefined)
        events.push({ event: field("event") ?? "message", id: field("id"), data: JSON.parse(data) });
    }
    if (done || enough(events)) break;
  }
  await reader.cancel();
  return events;
}
