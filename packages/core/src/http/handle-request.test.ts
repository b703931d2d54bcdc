import { createTestDatabase } from "../testing/embedded/test-database.ts";
import { hostSuite } from "../testing/host-suite.ts";

hostSuite("bff.fetch", {
  makeDatabase: createTestDatabase,
  makeHost: async (bff) => ({
    baseUrl: "http://bff.test/api",
    fetch: bff.fetch,
    close: async () => undefined,
  }),
});
