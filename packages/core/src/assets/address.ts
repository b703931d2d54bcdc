import ipaddr from "ipaddr.js";

type IPv4 = ipaddr.IPv4;
type IPv6 = ipaddr.IPv6;

/** One address among the global ones that is not: Azure answers its virtual machines' metadata agent there. */
const metadataIPv4 = "168.63.129.16";

/** Parts of 2000::/3 that are for documentation, for protocols and tests, or for nobody. */
const refusedIPv6 = [
  "2001::/23", // protocol assignments: Teredo (judged by itself), benchmarks, ORCHID
  "2001:db8::/32",
  "2620:4f:8000::/48", // AS112
  "3fff::/20",
].map((range) => ipaddr.IPv6.parseCIDR(range));

const globalIPv6 = ipaddr.IPv6.parseCIDR("2000::/3");

/** Where an IPv6 address carries IPv4 ones, by its range: the offsets of their four bytes. */
const embeddings: readonly { range: [IPv6, number]; offsets: readonly number[]; inverted?: number }[] = [
  { range: ipaddr.IPv6.parseCIDR("::ffff:0:0/96"), offsets: [12] }, // mapped
  { range: ipaddr.IPv6.parseCIDR("::ffff:0:0:0/96"), offsets: [12] }, // translated
  { range: ipaddr.IPv6.parseCIDR("::/96"), offsets: [12] }, // compatible
  { range: ipaddr.IPv6.parseCIDR("64:ff9b::/96"), offsets: [12] }, // NAT64
  { range: ipaddr.IPv6.parseCIDR("2002::/16"), offsets: [2] }, // 6to4
  { range: ipaddr.IPv6.parseCIDR("2001::/32"), offsets: [4], inverted: 12 }, // Teredo: its server, and the client inverted
];

/** ISATAP: an interface identifier that begins with 0000:5efe or 0200:5efe ends in an IPv4 address. */
const isIsatap = (bytes: readonly number[]) =>
  (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;

/**
 * Whether an address belongs to the public internet.
 *
 * False for loopback, private, carrier, link-local, metadata, documentation, benchmark, multicast and reserved
 * ranges; an IPv6 address that carries an IPv4 one is judged by that. What cannot be parsed is not global.
 *
 * @param text - As the system's resolver writes it: no brackets, no shortened or octal IPv4.
 */
export function isGlobalAddress(text: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return isGlobalIPv4(ipaddr.IPv4.parse(text));
  // A zone (`fe80::1%eth0`) names an interface of this machine.
  if (text.includes("%") || !ipaddr.IPv6.isValid(text)) return false;
  return isGlobalIPv6(ipaddr.IPv6.parse(text));
}

/** Whether two texts are the same address; a socket may name IPv4 peers as mapped IPv6. */
export function sameAddress(one: string, other: string): boolean {
  if (!ipaddr.isValid(one) || !ipaddr.isValid(other)) return false;
  return ipaddr.process(one).toNormalizedString() === ipaddr.process(other).toNormalizedString();
}

function isGlobalIPv4(address: IPv4): boolean {
  return address.range() === "unicast" && address.toString() !== metadataIPv4;
}

function isGlobalIPv6(address: IPv6): boolean {
  const bytes = address.toByteArray();
  const embedding = embeddings.find(({ range }) => address.match(range));
  if (embedding) {
    const embedded = embedding.offsets.map((offset) => bytes.slice(offset, offset + 4));
    if (embedding.inverted) embedded.push(bytes.slice(embedding.inverted).map((byte) => byte ^ 0xff));
    return embedded.every((four) => isGlobalIPv4(new ipaddr.IPv4(four)));
  }
  if (isIsatap(bytes) && !isGlobalIPv4(new ipaddr.IPv4(bytes.slice(12)))) return false;
  return address.match(globalIPv6) && !refusedIPv6.some((range) => address.match(range));
}
