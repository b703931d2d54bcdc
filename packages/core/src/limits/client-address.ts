import ipaddr from "ipaddr.js";

/** What is known of where a request comes from. */
export interface Arrival {
  /** The other end of the socket, where the host tells it. */
  readonly remoteAddress: string | undefined;
  /** `X-Forwarded-For`, several of them joined by commas, as `Headers` does. */
  readonly forwardedFor: string | null;
  /** How many proxies of ours the request has passed. */
  readonly trustedProxies: number;
}

/** The bits of an IPv6 address that one customer of a network usually has to himself are the others. */
const networkBits = 64;

/**
 * The address whose requests are counted together: an IPv4 address, or the /64 of an IPv6 one.
 *
 * Each proxy writes at the right end of the list whom it heard from, so only as many entries as there are proxies of
 * ours can be believed; what stands further left the client may have written himself. With none, the socket alone
 * counts. An entry that is no address is taken for one of the proxy that wrote it.
 *
 * @returns undefined where neither the host nor a proxy has told one.
 */
export function clientAddress({ remoteAddress, forwardedFor, trustedProxies }: Arrival): string | undefined {
  // From the nearest to the farthest.
  const believed = (forwardedFor ?? "").split(",").reverse().slice(0, trustedProxies);
  const hops = trustedProxies === 0 ? [remoteAddress] : [remoteAddress, ...believed];
  for (const hop of hops.reverse()) {
    const address = countedAddress(hop ?? "");
    if (address !== undefined) return address;
  }
  return undefined;
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`, in quotes or with a zone. */
const spellings = [
  /^([\d.]+)(?::\d{1,5})?$/,
  /^\[([\da-f:.]+)(?:%[\w.-]+)?\](?::\d{1,5})?$/i,
  /^([\da-f:.]+)(?:%[\w.-]+)?$/i,
];

function countedAddress(hop: string): string | undefined {
  const text = hop.trim().replace(/^"(.*)"$/, "$1");
  const bare = spellings.map((spelling) => spelling.exec(text)?.[1]).find((found) => found !== undefined);
  if (bare === undefined) return undefined;
  // Shortened and octal spellings of IPv4 are nobody's: no proxy writes them.
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return ipaddr.IPv4.parse(bare).toString();
  if (!ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${networkBits}`);
  return `${network.toString()}/${networkBits}`;
}
