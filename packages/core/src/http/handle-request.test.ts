import { hostSuite } from "../testing/host-suite.ts";

hostSuite("bff.fetch", {
  makeHost: async (bff) => ({
    baseUrl: "http://bff.test/api",
    fetch: bff.fetch,
    close: async () => undefined,
  }),
});
