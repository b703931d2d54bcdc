import * as fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { isGlobalAddress, sameAddress } from "./address.ts";

describe("isGlobalAddress", () => {
  it.each([
    "1.1.1.1",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.0",
    "100.128.0.0",
    "2606:4700:4700::1111",
    "2a00:1450:4001:82a::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
  ])("takes %s", (address) => {
    expect(isGlobalAddress(address)).toBe(true);
  });

  it.each([
    "",
    "localhost",
    "1.1.1",
    "0x7f.1",
    "01.1.1.1",
    "1.1.1.1.1",
    "256.1.1.1",
    "[::1]",
    "fe80::1%eth0",
    "::g",
  ])("refuses what is no plain address: %j", (text) => {
    expect(isGlobalAddress(text)).toBe(false);
  });

  it("judges every form of IPv6 that carries an IPv4 address by that address", () => {
    void fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const global = isGlobalAddress(address);
        const [a, b, c, d] = ipaddr.IPv4.parse(address).toByteArray() as [number, number, number, number];
        const hex = (one: number, two: number) => ((one << 8) | two).toString(16);
        const forms = [
          `::ffff:${address}`,
          `::ffff:0:${address}`,
          `64:ff9b::${address}`,
          `2002:${hex(a, b)}:${hex(c, d)}::1`,
        ];
        for (const form of forms) expect(isGlobalAddress(form), form).toBe(global);
        if (global) return;
        const teredo = `2001:0:${hex(8, 8)}:${hex(8, 8)}::${hex(a ^ 255, b ^ 255)}:${hex(c ^ 255, d ^ 255)}`;
        expect(isGlobalAddress(teredo), teredo).toBe(false);
        expect(isGlobalAddress(`2606:4700::5efe:${address}`)).toBe(false);
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});

describe("sameAddress", () => {
  it("sees through spelling and mapping", () => {
    expect(sameAddress("127.0.0.1", "::ffff:127.0.0.1")).toBe(true);
    expect(sameAddress("2606:4700::1", "2606:4700:0:0::0001")).toBe(true);
    expect(sameAddress("127.0.0.1", "127.0.0.2")).toBe(false);
    expect(sameAddress("nonsense", "nonsense")).toBe(false);
  });
});
