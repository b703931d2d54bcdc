import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/port.ts";
import { forgedTokens } from "./auth/forged-tokens.ts";
import { createTestPglite } from "./embedded/test-pglite.ts";
import { casesSuite } from "./host/cases-suite.ts";
import type { Host } from "./host.ts";
import { ask, send } from "./host-request.ts";
import { generationStories } from "./host-suite-generations.ts";
import { readingStories } from "./host-suite-reading.ts";
import { uploadStories } from "./host-suite-uploads.ts";
import { watchingStories } from "./host-suite-watching.ts";
import { identityCases } from "./identity-cases.ts";
import { createTestBff, type TestBff, testClaims, testPrices, testSigner, testToken } from "./test-bff.ts";

/** How the suite is run on a host. */
export interface HostSuiteOptions {
  /** Serves the BFF, at `/api`. */
  readonly makeHost: (bff: TestBff["bff"]) => Promise<Host>;
  /** A body parser stands in front: what it answers itself, or forgives, is not asked. */
  readonly bodyParser?: boolean;
  /** It hands over whole answers only: of a stream what is true now. */
  readonly buffers?: boolean;
  /** The largest body that it takes. Default: it takes all. */
  readonly bodyBytesMax?: number;
  /** Cases that cannot be asked through it, by their names, and why. */
  readonly cannot?: readonly { readonly reason: string; readonly cases: readonly string[] }[];
  /**
   * Only the cases about these, and no stories: for a host that is a line of glue before one that plays everything.
   * Default: all.
   */
  readonly topics?: readonly string[];
  /** Default: an embedded database. */
  readonly makeDatabase?: () => Promise<{ readonly database: Database; close(): Promise<void> }>;
}

/**
 * What every host must hold: the same requests get the same answers through it as through `bff.fetch` itself.
 *
 * @example
 * hostSuite("node:http", { makeHost: async (bff) => listen(createServer(getRequestListener(bff.fetch))) });
 */
export function hostSuite(name: string, options: HostSuiteOptions): void {
  describe(`host: ${name}`, () => {
    let host: Host;
    let test: TestBff;
    let database: { readonly database: Database; close(): Promise<void> };

    beforeAll(async () => {
      database = await (options.makeDatabase ?? createTestPglite)();
      test = await createTestBff(database.database);
      host = await options.makeHost(test.bff);
    }, 60_000);

    afterAll(async () => {
      const violations = await test.bff.database.call("genbff_violations", {});
      await host.close();
      await test.stop();
      await database.close();
      expect(violations).toEqual([]);
    });

    if (options.topics === undefined) describe("identity", () => identityStories(() => host));

    casesSuite({
      name,
      host: () => host,
      reference: () => ({
        baseUrl: "http://bff.test/api",
        fetch: test.bff.fetch,
        close: async () => undefined,
      }),
      bodyParser: options.bodyParser === true,
      cannot: options.cannot ?? [],
      topics: options.topics,
    });

    it("keeps nothing of what was refused", async () => {
      const balance = await ask(host, { path: "/credits/balance", as: "mallory" });
      expect(balance.body).toMatchObject({ available: testPrices.signUp, held: 0, lifetime_spent: 0 });
      expect((await ask(host, { path: "/tasks", as: "mallory" })).body).toEqual({
        items: [],
        next_cursor: null,
      });
      expect(test.troubles.filter(({ fields }) => fields.code === "internal_error")).toEqual([]);
    });

    if (options.topics !== undefined) return;
    const { buffers = false, bodyBytesMax = Number.POSITIVE_INFINITY } = options;
    const given = { host: () => host, buffers, bodyBytesMax };
    describe("generations", () => generationStories(given));
    describe("uploads and files", () => uploadStories(given));
    // Most of their time they wait, each as a user of its own.
    describe.concurrent("watching", () => watchingStories(given));
    describe("reading", () => readingStories(given));
  });
}

/** Whom a host lets in, by what came through it of the header. */
function identityStories(host: () => Host): void {
  const forged = forgedTokens(testSigner, () => testClaims("ada"));
  it.each([...identityCases(testToken), ...forged])(
    "refuses $name with 401 $code",
    async ({ authorization, code }) => {
      const header = await authorization();
      const headers = header === undefined ? {} : { authorization: header };
      const answer = await ask(host(), { path: "/tasks", headers, as: null });
      expect({ status: answer.status, error: answer.body.error }).toEqual({ status: 401, error: code });
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    },
  );

  it("welcomes a user once, also when the first requests come together", async () => {
    const asked = Array.from({ length: 20 }, () =>
      send(host(), { path: "/credits/balance", as: "newcomer" }),
    );
    for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
    const { body } = await ask(host(), { path: "/credits/balance", as: "newcomer" });
    expect(body).toMatchObject({ available: testPrices.signUp, lifetime_granted: testPrices.signUp });
  });
}
