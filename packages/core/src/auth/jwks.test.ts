import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ErrorCode } from "../contract/error-codes.ts";
import { type JwksServer, startJwksServer } from "../testing/auth/jwks-server.ts";
import { publishedSigner } from "../testing/auth/token-signer.ts";
import { createJwks, jwksLimits, type KeyOf } from "./jwks.ts";

const [first, second, third] = await Promise.all([
  publishedSigner("ES256", "first"),
  publishedSigner("ES256", "second"),
  publishedSigner("EdDSA", "third"),
]);
const logged: unknown[] = [];
const silent = () => undefined;
const logger = {
  debug: silent,
  info: silent,
  warn: (fields: unknown) => void logged.push(fields),
  error: silent,
};
const { freshMs, pauseMs, pauseWithoutMs, keepMs } = jwksLimits;
const down = (_: unknown, response: { destroy(): void }) => void response.destroy();

let issuer: JwksServer;
let keyOf: KeyOf;
const find = (kid: unknown, alg = "ES256") => keyOf({ alg, kid } as never);
const refuse = (asked: Promise<unknown>, code: ErrorCode) => expect(asked).rejects.toMatchObject({ code });
const pass = (ms: number) => void vi.setSystemTime(Date.now() + ms);

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse("2026-01-01T00:00:00Z"), toFake: ["Date"] });
  logged.splice(0);
  issuer = await startJwksServer([first.jwk, second.jwk]);
  keyOf = createJwks(issuer.url, () => logger);
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

it("keeps to the times that are promised", () => {
  expect(jwksLimits).toEqual({
    freshMs: 600_000,
    pauseMs: 30_000,
    pauseWithoutMs: 1000,
    keepMs: 3_600_000,
    timeoutMs: 5000,
  });
});

describe("keys are fetched", () => {
  it("when the first token comes, and once for fifty that come together", async () => {
    expect(issuer.asked).toBe(0);
    await Promise.all(Array.from({ length: 50 }, (_, index) => find(index % 2 ? "first" : "second")));
    expect(issuer.asked).toBe(1);
  });

  it("every ten minutes, and once for fifty that find them old", async () => {
    await find("first");
    pass(freshMs - 1);
    await find("first");
    expect(issuer.asked).toBe(1);
    pass(1);
    await Promise.all(Array.from({ length: 50 }, () => find("first")));
    expect(issuer.asked).toBe(2);
  });

  it("at once for a new key, when the last fetch is half a minute old", async () => {
    await find("first");
    issuer.keys = [first.jwk, third.jwk];
    await refuse(find("third", "EdDSA"), "invalid_token");
    expect(issuer.asked).toBe(1);
    pass(pauseMs);
    await find("third", "EdDSA");
    expect(issuer.asked).toBe(2);
  });

  it("twice a minute at most while thousands of invented keys come, and good ones are found meanwhile", async () => {
    await find("first");
    const minutes = 5;
    for (let passed = 0; passed < minutes * 60_000; passed += 10_000) {
      pass(10_000);
      const invented = Array.from({ length: 100 }, (_, index) =>
        refuse(find(`${passed} ${index}`), "invalid_token"),
      );
      await Promise.all([...invented, find("first"), find("second")]);
    }
    expect(issuer.asked).toBe(1 + minutes * 2);
  });

  it("once more when the clock was put back", async () => {
    await find("first");
    vi.setSystemTime(Date.now() - 60_000);
    await find("first");
    expect(issuer.asked).toBe(2);
  });
});

describe("a removed key", () => {
  it("works no longer than ten minutes, and the others go on", async () => {
    await find("first");
    issuer.keys = [second.jwk];
    pass(freshMs - 1);
    await find("first");
    pass(1);
    await refuse(find("first"), "invalid_token");
    await find("second");
  });

  it("is gone when all are", async () => {
    await find("first");
    issuer.keys = [];
    pass(freshMs);
    await refuse(find("first"), "invalid_token");
    await refuse(find("second"), "invalid_token");
  });

  it("is not kept by its name: another key of the same name replaces it", async () => {
    const before = await find("first");
    issuer.keys = [{ ...second.jwk, kid: "first" }];
    pass(freshMs);
    expect(await find("first")).not.toBe(before);
  });
});

describe("while the issuer does not answer", () => {
  it("its last keys are good for an hour, and then nobody is let in or signed out", async () => {
    await find("first");
    issuer.instead = down;
    for (let passed = 60_000; passed < keepMs; passed += 60_000) {
      pass(60_000);
      await find("first");
    }
    pass(59_999);
    await find("first");
    pass(1);
    await refuse(find("first"), "unavailable");
    expect(logged.length).toBeGreaterThan(0);
  });

  it("it is asked twice a minute at most, and its return is noticed within half a minute", async () => {
    await find("first");
    issuer.instead = down;
    pass(freshMs);
    for (let passed = 0; passed < 300_000; passed += 1000) {
      await find("first");
      pass(1000);
    }
    expect(issuer.asked).toBeLessThanOrEqual(1 + 10);
    issuer.instead = undefined;
    issuer.keys = [second.jwk];
    pass(pauseMs);
    // Nobody waits for an issuer that did not answer before: the first one may still be served by the old keys.
    await find("first").catch(() => undefined);
    await vi.waitFor(() => refuse(find("first"), "invalid_token"), { timeout: 20_000 });
    await find("second");
  });

  it("it is waited for again when nobody has asked for long: a key may have been removed meanwhile", async () => {
    await find("first");
    issuer.instead = down;
    pass(freshMs);
    await find("first");
    issuer.instead = undefined;
    issuer.keys = [second.jwk];
    pass(freshMs);
    await refuse(find("first"), "invalid_token");
  });

  it("a key that is new is neither good nor bad", async () => {
    await find("first");
    issuer.instead = down;
    pass(pauseMs);
    await refuse(find("third", "EdDSA"), "unavailable");
    issuer.instead = undefined;
    issuer.keys = [first.jwk, third.jwk];
    pass(pauseMs);
    await find("third", "EdDSA");
  });

  it("from the start, nobody is let in, and a second after it answers everybody is", async () => {
    issuer.instead = down;
    await Promise.all(Array.from({ length: 50 }, () => refuse(find("first"), "unavailable")));
    await refuse(find("first"), "unavailable");
    expect(issuer.asked).toBe(1);
    issuer.instead = undefined;
    pass(pauseWithoutMs);
    await find("first");
    expect(issuer.asked).toBe(2);
  });
});

const answers: Record<string, NonNullable<JwksServer["instead"]>> = {
  "a page": (_, response) => void response.end("<!doctype html><title>Sign in</title>"),
  nothing: (_, response) => void response.end(),
  "JSON that ends too early": (_, response) => void response.end('{"keys":['),
  null: (_, response) => void response.end("null"),
  "a list": (_, response) => void response.end("[]"),
  "keys that are no list": (_, response) => void response.end('{"keys":{}}'),
  "keys that are no objects": (_, response) => void response.end('{"keys":["first"]}'),
  "keys without a type": (_, response) => void response.end('{"keys":[{"kid":"first"}]}'),
  "more keys than anybody has": (_, response) =>
    void response.end(JSON.stringify({ keys: Array.from({ length: 101 }, () => first.jwk) })),
  "bytes that are no text": (_, response) => void response.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
  "good keys and an error": (_, response) => {
    response.statusCode = 500;
    response.end(JSON.stringify({ keys: [third.jwk] }));
  },
  "no keys, by a cache": (_, response) => {
    response.statusCode = 204;
    response.end();
  },
  "an answer that breaks off": (_, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write("{");
    setImmediate(() => response.destroy());
  },
};

describe("an answer that is no set of keys", () => {
  it.each(Object.entries(answers))(
    "%s: the last good set is kept, and without one nobody is let in",
    async (_, instead) => {
      issuer.instead = instead;
      await refuse(find("first"), "unavailable");
      issuer.instead = undefined;
      pass(pauseWithoutMs);
      await find("first");
      issuer.instead = instead;
      pass(freshMs);
      await find("first");
      await refuse(find("third", "EdDSA"), "unavailable");
      expect(issuer.asked).toBe(3);
    },
  );

  it.each([301, 302, 303, 307, 308])("%s: no redirect is followed, wherever it leads", async (status) => {
    const elsewhere = await startJwksServer([first.jwk]);
    try {
      for (const location of [elsewhere.url, "/other.json", "file:///etc/passwd"]) {
        issuer.instead = (_, response) => void response.writeHead(status, { location }).end();
        await refuse(find("first"), "unavailable");
        pass(pauseWithoutMs);
      }
      expect(elsewhere.asked).toBe(0);
      expect(issuer.asked).toBe(3);
    } finally {
      await elsewhere.close();
    }
  });

  it.each([
    ["never answers", () => undefined],
    [
      "begins an answer and never ends it",
      (response: { write(text: string): void }) => void response.write("{"),
    ],
  ])("an issuer that %s is given up after a while", async (_, begin) => {
    issuer.instead = (_request, response) => begin(response);
    keyOf = createJwks(issuer.url, () => logger, { ...jwksLimits, timeoutMs: 50 });
    await Promise.all([refuse(find("first"), "unavailable"), refuse(find("second"), "unavailable")]);
    expect(issuer.asked).toBe(1);
  });

  it("an endless set is left before it fills anything", async () => {
    let sentBytes = 0;
    issuer.instead = (_, response) => {
      const more = () => {
        do sentBytes += 65_536;
        while (!response.destroyed && response.write(" ".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    };
    await refuse(find("first"), "unavailable");
    // What the line and its ends hold is sent for nothing.
    expect(sentBytes).toBeLessThan(32_000_000);
    expect(logged).toMatchObject([{ error: { message: expect.stringContaining("262144 bytes") } }]);
  });
});

describe("a key that is no use", () => {
  const { x, kty, crv, kid } = first.jwk;
  it.each<[string, object]>([
    ["is of another type", { ...first.jwk, kty: "RSA" }],
    ["is a secret", { kty: "oct", kid, k: "c2VjcmV0IHRoYXQgZXZlcnlib2R5IGNhbiByZWFk" }],
    ["is of another curve", { ...first.jwk, crv: "P-384" }],
    ["is for another algorithm", { ...first.jwk, alg: "ES384" }],
    ["is for encryption", { ...first.jwk, use: "enc" }],
    ["may only sign", { ...first.jwk, key_ops: ["sign"] }],
    ["is damaged", { ...first.jwk, y: "AAAA" }],
    ["is no point of its curve", { kty, crv, kid, x, y: x }],
    ["has half of it", { kty, crv, kid, x }],
    ["has numbers that are no text", { ...first.jwk, x: 7 }],
    ["is private", { ...first.jwk, d: x }],
    ["has no name", { ...first.jwk, kid: undefined }],
    ["has a name that is no text", { ...first.jwk, kid: 1 }],
  ])("because it %s checks nothing, and the others do", async (_, useless) => {
    issuer.keys = [useless, second.jwk];
    await refuse(find("first"), "invalid_token");
    await refuse(find(1), "invalid_token");
    await refuse(find(undefined), "invalid_token");
    await find("second");
  });

  it("because two have one name checks nothing, and the others do", async () => {
    issuer.keys = [first.jwk, { ...third.jwk, kid: "first" }, second.jwk, { ...second.jwk, kid: "first" }];
    await refuse(find("first"), "invalid_token");
    await find("first", "EdDSA");
    await find("second");
  });
});
