import { once } from "node:events";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { addAbortSignal } from "node:stream";
import { connect as connectTls } from "node:tls";
import { timeLimit } from "./time-limit.ts";

/** How a connection is made. */
export interface ConnectionOptions {
  /** Until it stands, TLS included. */
  readonly timeoutMs: number;
  /** Closes it, also later on. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the system's. Not called for a host that is an address. */
  readonly lookup?: LookupFunction;
  /** Instead of the certificate authorities that Node knows, PEM. */
  readonly ca?: string | undefined;
}

/**
 * Opens a connection to a URL's host, for HTTP/1.1 and for one request. The certificate must be the host's, whatever its
 * address is. No proxy, no connection that was there before, no TLS session of one.
 *
 * @throws what connecting failed with, `ETIMEDOUT` where it took too long; `AbortError` after an abort.
 */
export async function openConnection(url: URL, options: ConnectionOptions): Promise<Socket> {
  const { timeoutMs, signal, lookup, ca } = options;
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const target = { host, port: Number(url.port) || (secure ? 443 : 80), ...(lookup ? { lookup } : {}) };
  // Certificates are for hosts; an address is no name that TLS could ask for, and is compared all the same.
  const servername = isIP(host) === 0 ? host : "";
  const socket = secure
    ? connectTls({ ...target, servername, ALPNProtocols: ["http/1.1"], ...(ca ? { ca } : {}) })
    : connect(target);
  // Between two readers a socket may fail with nobody to hear it. It is destroyed then, which is seen.
  socket.on("error", () => undefined);
  if (signal) addAbortSignal(signal, socket);
  const limit = timeLimit(timeoutMs, (late) => socket.destroy(late));
  limit.start();
  try {
    await once(socket, secure ? "secureConnect" : "connect");
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    limit.stop();
  }
}
