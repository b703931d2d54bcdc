import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** The connection of one request, for the faults that no Response can express. */
export interface Wire {
  /** Ends the connection at once, without an answer. */
  destroy(): Response;
  /** Leaves the client waiting until it gives up; with `headers`, after sending those. */
  hang(headers?: Response): Promise<Response>;
  /** Promises the whole body, sends a part and ends the connection. */
  truncate(response: Response): Promise<Response>;
}

/** Binds a wire to the two halves of a Node connection. */
export function createWire({ incoming, outgoing }: HttpBindings): Wire {
  return {
    destroy() {
      incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    },
    async hang(headers) {
      if (headers) {
        outgoing.writeHead(headers.status, Object.fromEntries(headers.headers));
        outgoing.flushHeaders();
      }
      if (!incoming.socket.destroyed) await new Promise((resolve) => outgoing.once("close", resolve));
      return RESPONSE_ALREADY_SENT;
    },
    async truncate(response) {
      const body = Buffer.from(await response.arrayBuffer());
      const headers = Object.fromEntries(response.headers);
      // A stream has no length to fall short of: it ends without its last chunk instead.
      if (headers["content-type"] !== "text/event-stream") headers["content-length"] = String(body.length);
      outgoing.writeHead(response.status, headers);
      const part = body.subarray(0, Math.floor(body.length * 0.6));
      await new Promise<void>((resolve) => outgoing.write(part, () => resolve()));
      incoming.socket.destroySoon();
      return RESPONSE_ALREADY_SENT;
    },
  };
}
