import { isIP, type LookupFunction, type Socket } from "node:net";
import { AppError } from "../errors/app-error.ts";
import { type ConnectionOptions, openConnection } from "../shared/open-connection.ts";
import { sameAddress } from "./address.ts";

/**
 * Opens a connection to one of the given addresses and to nothing else, whatever its URL's host resolves to by now.
 *
 * Made for one request and closed after it, so that no connection outlives the check that allowed it. The TLS name stays
 * the host's. The peer is looked at again on the open socket, before the first byte of the request.
 *
 * @throws AppError `asset_url_not_allowed` - connected to another address.
 * @throws what connecting failed with, `ETIMEDOUT` where it took too long.
 */
export async function pinnedConnection(
  url: URL,
  addresses: readonly string[],
  options: Omit<ConnectionOptions, "lookup">,
): Promise<Socket> {
  const socket = await openConnection(url, { ...options, lookup: pinnedLookup(addresses) });
  const peer = socket.remoteAddress;
  if (peer !== undefined && isOneOf(peer, addresses)) return socket;
  socket.destroy();
  // A host that hangs up at once has none any more: no reason to give up a file that was paid for.
  if (peer === undefined) throw new Error("the connection was closed at once");
  throw new AppError("asset_url_not_allowed", { cause: new Error("connected to another address") });
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

function isOneOf(peer: string, addresses: readonly string[]): boolean {
  return addresses.some((address) => sameAddress(address, peer));
}
