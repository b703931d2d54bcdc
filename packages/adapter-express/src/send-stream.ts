import type { Writable } from "node:stream";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** What is needed of an answer of `node:http`. */
interface Outgoing extends Pick<Writable, "write" | "end" | "destroy" | "on" | "destroyed"> {
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders(): void;
}

/** Where it is said that an answer broke off. */
export interface BreakLogger {
  warn(fields: Record<string, unknown>, message: string): void;
}

/**
 * Sends an answer piece by piece, as fast as it is read. What has no body is left to the bridge.
 *
 * The bridge prints every body that breaks, with its stack and whatever stands in it. Here the line is cut, so that the
 * client sees that something is missing, and the BFF's own log is told: but for an `AbortError`, which somebody meant.
 */
export async function sendStream(
  response: Response,
  outgoing: Outgoing,
  logger: BreakLogger | undefined,
): Promise<Response> {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let drained = () => {};
  const left = () => {
    drained();
    reader.cancel().catch(() => undefined);
  };
  outgoing.on("close", left);
  // A line that breaks is closed too: nobody is left to be told.
  outgoing.on("error", left);
  outgoing.on("drain", () => drained());
  try {
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    // Of a stream the first piece may be long in coming.
    outgoing.flushHeaders();
    while (!outgoing.destroyed) {
      const { done, value } = await reader.read();
      if (done || outgoing.destroyed) break;
      if (outgoing.write(value)) continue;
      await new Promise<void>((resolve) => {
        drained = resolve;
        if (outgoing.destroyed) resolve();
      });
    }
    // Who left before we began, or between two pieces: what we read from is let go all the same.
    if (outgoing.destroyed) left();
    else outgoing.end();
  } catch (error) {
    left();
    outgoing.destroy();
    if (!(error instanceof Error && error.name === "AbortError"))
      logger?.warn({ error }, "An answer broke off while it was sent");
  }
  return RESPONSE_ALREADY_SENT;
}
