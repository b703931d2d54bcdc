import { describe, expect, it } from "vitest";
import { checkRedirect, checkUrl } from "./url-guard.ts";

const policy = { trustedOrigins: new Set(["http://127.0.0.1:8788"]) };

// What must be refused is in __fixtures__/url-corpus.json, and guarded-fetch.test.ts tries all of it.
describe("checkUrl", () => {
  it.each<[string, string]>([
    ["https://example.com/a.png?x=1&y=%20", "https://example.com/a.png?x=1&y=%20"],
    ["https://example.com:443/a.png", "https://example.com/a.png"],
    ["HTTPS://EXAMPLE.com/A.png", "https://example.com/A.png"],
    ["https://example.com./a.png", "https://example.com/a.png"],
    ["https://bücher.example.com/", "https://xn--bcher-kva.example.com/"],
    ["https://1.1.1.1/a.png", "https://1.1.1.1/a.png"],
    ["https://[2606:4700:4700::1111]/a.png", "https://[2606:4700:4700::1111]/a.png"],
    ["https://example.com/@user", "https://example.com/@user"],
    [`https://example.com/${"a".repeat(2028)}`, `https://example.com/${"a".repeat(2028)}`],
  ])("lets %.60s through", (text, href) => {
    expect(checkUrl(text, policy)).toMatchObject({ url: expect.objectContaining({ href }), trusted: false });
  });

  it("trusts an exact origin, whatever its scheme, port and address", () => {
    const trusted = checkUrl("http://127.0.0.1:8788/files/a.png", policy);
    expect(trusted).toMatchObject({ trusted: true, isAddress: true, host: "127.0.0.1" });
  });

  it("says which ports and schemes it lets through when it is told to", () => {
    expect(
      checkUrl("http://example.com:8080/", { ...policy, allowHttp: true, ports: [8080] }),
    ).toHaveProperty("url");
  });
});

describe("checkRedirect", () => {
  const from = new URL("https://example.com/a/b.png");

  it("takes relative targets, and leaves out the part of a page", () => {
    expect(checkRedirect("../c.png#top", from, policy)).toMatchObject({
      url: expect.objectContaining({ href: "https://example.com/c.png" }),
    });
  });

  it.each([
    "http://example.com/",
    "http://127.0.0.1:8788/",
    "//127.0.0.1/",
    "https://localhost/",
    "data:,x",
    "http://[",
  ])("refuses %s", (location) => {
    expect(checkRedirect(location, from, policy)).toHaveProperty("refused");
  });
});
