import { isIP, type LookupFunction, type Socket } from "node:net";
import { Agent, buildConnector } from "undici";
import { AppError } from "../errors/app-error.ts";
import { sameAddress } from "./address.ts";

/** Times of one hop, in ms. */
export interface HopTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
}

/**
 * A client that can connect to the given addresses and to nothing else, whatever name it is asked for.
 *
 * Made for one request and thrown away after it, so that no connection outlives the check that allowed it. The TLS
 * name stays the host's. The peer is looked at again on the open socket, before the first byte of the request.
 *
 * @param ca - Further certificate authorities, PEM.
 */
export function pinnedAgent(addresses: readonly string[], timeouts: HopTimeouts, ca?: string): Agent {
  const connect = buildConnector({
    lookup: pinnedLookup(addresses),
    timeout: timeouts.connectMs,
    // HTTP/2 would let one connection serve several hosts.
    allowH2: false,
    maxCachedSessions: 0,
    ...(ca === undefined ? {} : { ca }),
  });
  return new Agent({
    connections: 1,
    pipelining: 0,
    allowH2: false,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleMs,
    connect: (options, callback) =>
      connect(options, (error, socket) => {
        if (error) return callback(error, null);
        if (isPeerOf(socket, addresses)) return callback(null, socket);
        socket.destroy();
        callback(
          new AppError("asset_url_not_allowed", { cause: new Error("connected to another address") }),
          null,
        );
      }),
  });
}

/** Not called for hosts that are addresses: those are compared by the peer check. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = answers;
    if (options.all || !first) callback(null, answers);
    else callback(null, first.address, first.family);
  };
}

function isPeerOf(socket: Socket, addresses: readonly string[]): boolean {
  const peer = socket.remoteAddress;
  return peer !== undefined && addresses.some((address) => sameAddress(address, peer));
}
