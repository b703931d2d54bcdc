import { describe, expect, it } from "vitest";
import { clientAddress } from "./client-address.ts";

// Whom a request is counted for. The client writes what it likes into X-Forwarded-For; a proxy adds at the right end.

type Case = readonly [
  name: string,
  trustedProxies: number,
  forwardedFor: string | null,
  remoteAddress: string | undefined,
  counted: string | undefined,
];

const socket = "198.51.100.9";
const cases: readonly Case[] = [
  // No proxy: the socket alone.
  ["the socket", 0, null, socket, socket],
  ["the socket, whatever the client writes", 0, "203.0.113.1", socket, socket],
  ["the socket, however much it writes", 0, "1.1.1.1, 2.2.2.2, 3.3.3.3", socket, socket],
  ["nobody where the host tells nothing", 0, null, undefined, undefined],
  ["nobody where only the client tells something", 0, "203.0.113.1", undefined, undefined],
  ["nobody where the host tells no address", 0, null, "unix:/run/app.sock", undefined],
  ["an IPv4 socket that is named as IPv6", 0, null, "::ffff:198.51.100.9", socket],

  // Proxies.
  ["the one hop before one proxy", 1, "203.0.113.1", socket, "203.0.113.1"],
  [
    "the right-most of a list that the client began",
    1,
    "6.6.6.6, 7.7.7.7, 203.0.113.1",
    socket,
    "203.0.113.1",
  ],
  ["the second from the right behind two", 2, "6.6.6.6, 203.0.113.1, 10.0.0.1", socket, "203.0.113.1"],
  [
    "the third from the right behind three",
    3,
    "6.6.6.6,203.0.113.1,10.0.0.2,10.0.0.1",
    socket,
    "203.0.113.1",
  ],
  ["the farthest there is, where a proxy was passed by", 2, "203.0.113.1", socket, "203.0.113.1"],
  ["the socket where no proxy has written", 1, null, socket, socket],
  ["the socket where a proxy has written nothing", 1, "", socket, socket],
  ["the hop also where the host tells no socket", 1, "6.6.6.6, 203.0.113.1", undefined, "203.0.113.1"],
  ["nobody where nobody tells anything", 1, null, undefined, undefined],

  // What stands in the place of an address.
  ["the writer of `unknown`", 1, "203.0.113.1, unknown", socket, socket],
  ["the writer of nothing", 1, "203.0.113.1, ", socket, socket],
  ["the writer of an obfuscated name", 2, "_hidden, 10.0.0.1", socket, "10.0.0.1"],
  ["the writer of a host name", 1, "client.example", socket, socket],
  ["the writer of a broken number", 1, "203.0.113.256", socket, socket],
  ["the writer of a short IPv4", 1, "127.1", socket, socket],
  ["the writer of an octal IPv4", 1, "0177.0.0.1", socket, socket],
  ["the writer of a decimal IPv4", 1, "2130706433", socket, socket],
  ["the writer of a hexadecimal IPv4", 1, "0x7f000001", socket, socket],
  ["the writer of five parts", 1, "1.2.3.4.5", socket, socket],
  ["the writer of an open bracket", 1, "[2001:db8::1", socket, socket],
  ["the writer of a range", 1, "2001:db8::/32", socket, socket],
  ["the writer of two addresses in one", 1, "1.2.3.4 5.6.7.8", socket, socket],
  ["the writer of a script", 1, "<script>alert(1)</script>", socket, socket],
  ["the writer of a thousand colons", 1, ":".repeat(1000), socket, socket],

  // Spellings.
  ["an IPv4 without its port", 1, "203.0.113.1:4711", socket, "203.0.113.1"],
  ["an IPv4 in quotes", 1, '"203.0.113.1:4711"', socket, "203.0.113.1"],
  ["an IPv4 between blanks", 1, "  203.0.113.1\t", socket, "203.0.113.1"],
  ["an IPv6 as its network", 1, "2001:db8:1:2:3:4:5:6", socket, "2001:db8:1:2::/64"],
  ["an IPv6 of the same network alike", 1, "2001:db8:1:2:ffff::1", socket, "2001:db8:1:2::/64"],
  ["an IPv6 of another network apart", 1, "2001:db8:1:3::1", socket, "2001:db8:1:3::/64"],
  ["an IPv6 in brackets", 1, "[2001:db8:1:2::1]", socket, "2001:db8:1:2::/64"],
  ["an IPv6 in brackets with its port", 1, "[2001:db8:1:2::1]:443", socket, "2001:db8:1:2::/64"],
  ["an IPv6 in quotes and brackets", 1, '"[2001:DB8:1:2::1]:443"', socket, "2001:db8:1:2::/64"],
  ["an IPv6 in capitals", 1, "2001:DB8:1:2::ABCD", socket, "2001:db8:1:2::/64"],
  ["an IPv6 without its zone", 1, "fe80::1%eth0", socket, "fe80::/64"],
  ["an IPv6 with zeros", 1, "2001:0db8:0001:0002:0000:0000:0000:0001", socket, "2001:db8:1:2::/64"],
  ["a mapped IPv4 as that", 1, "::ffff:203.0.113.1", socket, "203.0.113.1"],
  ["a mapped IPv4 in hexadecimal as that", 1, "[::ffff:cb00:7101]:80", socket, "203.0.113.1"],
  ["an IPv6 socket as its network", 0, null, "2001:db8:9:9:1::2", "2001:db8:9:9::/64"],
];

describe("the address that a request is counted for", () => {
  it.each(cases)("is %s", (_, trustedProxies, forwardedFor, remoteAddress, counted) => {
    expect(clientAddress({ trustedProxies, forwardedFor, remoteAddress })).toBe(counted);
  });

  it("cannot be chosen by writing more in front", () => {
    const honest = "203.0.113.1, 10.0.0.1";
    for (const forged of [
      "1.1.1.1",
      "",
      ",",
      "::1,,,",
      '"',
      "[",
      "x".repeat(10_000),
      "1.1.1.1,".repeat(1000),
    ])
      for (const trustedProxies of [0, 1, 2])
        expect(
          clientAddress({ trustedProxies, forwardedFor: `${forged}, ${honest}`, remoteAddress: socket }),
        ).toBe([socket, "10.0.0.1", "203.0.113.1"][trustedProxies]);
  });
});
