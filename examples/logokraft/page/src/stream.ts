import { session } from "./api.ts";

const againMs = 1000;

/**
 * Follows a project until it is told to stop: where a stream ends or breaks, the next one goes on after the last event.
 * By `fetch`, which sends the token: a ticket for `EventSource` is good for a minute.
 */
export async function follow(
  projectId: string,
  tell: (event: string, data: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  let lastId = "";
  while (!signal.aborted) {
    try {
      const headers = { authorization: `Bearer ${session.token}`, "last-event-id": lastId };
      const answer = await fetch(`/api/v1/projects/${projectId}/stream`, { headers, signal });
      if (answer.status === 401 || answer.status === 404) return;
      if (answer.ok && answer.body)
        for await (const { event, id, data } of readEvents(answer.body)) {
          tell(event, JSON.parse(data));
          lastId = id || lastId;
        }
    } catch {
      // The line broke, or the page has moved on: the loop knows which.
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

async function* readEvents(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      if (field("data")) yield { event: field("event"), id: field("id"), data: field("data") };
    }
  }
}
