import { setTimeout as wait } from "node:timers/promises";
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
  /** Sends a part of the body and resets the connection. */
  reset(response: Response): Promise<Response>;
  /** Sends the whole body in chunks and ends the connection without the last, empty one. */
  leaveOpen(response: Response): Promise<Response>;
  /** Sends the body a few bytes at a time. */
  trickle(response: Response, bytesPerSecond: number): Promise<Response>;
  /** Sends the body and then spaces for as long as the client reads. */
  endless(response: Response): Promise<Response>;
}

const sentShare = 0.6;

/** Binds a wire to the two halves of a Node connection. */
export function createWire({ incoming, outgoing }: HttpBindings): Wire {
  const gone = new AbortController();
  const closed = new Promise<void>((resolve) => {
    outgoing.once("close", () => {
      gone.abort();
      resolve();
    });
  });

  const open = (response: Response, more: Record<string, string> = {}) => {
    const { "content-length": _, ...headers } = Object.fromEntries(response.headers);
    outgoing.writeHead(response.status, { ...headers, ...more });
  };
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
  const write = (bytes: Uint8Array) => new Promise<void>((resolve) => outgoing.write(bytes, () => resolve()));
  const untilGone = async () => {
    if (!incoming.socket.destroyed) await closed;
  };

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
      await untilGone();
      return RESPONSE_ALREADY_SENT;
    },
    async truncate(response) {
      const body = await bytesOf(response);
      // A stream has no length to fall short of: it ends without its last chunk instead.
      const isStream = response.headers.get("content-type") === "text/event-stream";
      open(response, isStream ? {} : { "content-length": String(body.length) });
      await write(body.subarray(0, Math.floor(body.length * sentShare)));
      incoming.socket.destroySoon();
      return RESPONSE_ALREADY_SENT;
    },
    async reset(response) {
      const body = await bytesOf(response);
      open(response, { "content-length": String(body.length) });
      await write(body.subarray(0, Math.floor(body.length * sentShare)));
      // Time for the part to be read: a reset throws away what still lies in the client's buffer.
      await wait(20, undefined, { ref: false });
      incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
    },
    async leaveOpen(response) {
      const body = await bytesOf(response);
      open(response);
      await write(body);
      incoming.socket.destroySoon();
      return RESPONSE_ALREADY_SENT;
    },
    async trickle(response, bytesPerSecond) {
      const body = await bytesOf(response);
      open(response, { "content-length": String(body.length) });
      outgoing.flushHeaders();
      const size = Math.max(1, Math.floor(bytesPerSecond / 20));
      const pauseMs = (size / bytesPerSecond) * 1000;
      for (let at = 0; at < body.length && !gone.signal.aborted; at += size) {
        await write(body.subarray(at, at + size));
        await wait(pauseMs, undefined, { signal: gone.signal }).catch(() => undefined);
      }
      outgoing.end();
      return RESPONSE_ALREADY_SENT;
    },
    async endless(response) {
      open(response);
      const spaces = Buffer.alloc(64 * 1024, " ");
      outgoing.write(await bytesOf(response));
      while (!gone.signal.aborted) {
        if (!outgoing.write(spaces)) {
          await Promise.race([new Promise((resolve) => outgoing.once("drain", resolve)), closed]);
        }
      }
      return RESPONSE_ALREADY_SENT;
    },
  };
}
