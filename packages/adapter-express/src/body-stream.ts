import type { HttpBindings } from "@hono/node-server";

type Incoming = HttpBindings["incoming"];

/**
 * Gives a request a body that is read from its socket without ways round: the bridge would make a second Request for it,
 * and wrap one stream into two others. A third of what our own part of a small `POST` cost.
 *
 * A body that a parser has read before us stays with the bridge, and so does what has none.
 */
export function readDirectly(request: Request, incoming: Incoming): void {
  if (request.method === "GET" || request.method === "HEAD" || "rawBody" in incoming) return;
  let body: ReadableStream<Uint8Array> | undefined;
  Object.defineProperty(request, "body", {
    get() {
      body ??= bodyStream(incoming);
      return body;
    },
  });
}

/**
 * What arrives, as it is asked for: no more than a chunk waits here, the rest in the socket. Until somebody reads, nothing
 * is taken: whoever only looks whether there is a body leaves it to `formData` and its like, which the bridge reads.
 * Whoever cancels only stops to listen: the line must stay open for the answer, and the bridge reads away what nobody
 * wanted.
 */
function bodyStream(incoming: Incoming): ReadableStream<Uint8Array> {
  let stop: (() => void) | undefined;
  const listen = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const data = (chunk: Uint8Array) => {
      controller.enqueue(chunk);
      if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
    };
    const end = () => {
      stop?.();
      controller.close();
    };
    const failed = (error: unknown) => {
      stop?.();
      controller.error(error);
    };
    // An end that nobody announced: a connection that was closed.
    const closed = () => failed(incoming.errored ?? new Error("The body has broken off"));
    stop = () => {
      incoming.off("data", data).off("end", end).off("error", failed).off("close", closed);
    };
    if (incoming.readableEnded) end();
    else if (incoming.destroyed) closed();
    else incoming.on("data", data).on("end", end).on("error", failed).on("close", closed);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (stop === undefined) listen(controller);
        incoming.resume();
      },
      cancel: () => stop?.(),
    },
    { highWaterMark: 0 },
  );
}
