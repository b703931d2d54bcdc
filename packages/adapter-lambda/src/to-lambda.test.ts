import { type HostSuiteOptions, hostSuite } from "@genbff/core/testing";
import { afterAll, beforeAll, vi } from "vitest";
import { createTestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import {
  functionUrl,
  type Gateway,
  httpApi,
  loadBalancer,
  multiValueLoadBalancer,
  restApi,
} from "./testing/gateways.ts";
import { serve, serveStreaming } from "./testing/serve.ts";
import { awslambda } from "./testing/streaming-runtime.ts";
import { toLambda } from "./to-lambda.ts";

// Every case that every host answers, through every shape of event.

const makeDatabase = createTestDatabase;

const small = {
  reason: "a load balancer takes bodies of 1 MB, and answers itself what is larger",
  cases: ["JSON of 3000000 bytes", "a body over 1 MB"],
};

const gateways: readonly (readonly [Gateway, Partial<HostSuiteOptions>])[] = [
  [restApi, {}],
  [
    httpApi,
    {
      cannot: [
        {
          reason: "an HTTP API hands the path over decoded: a written slash is a slash",
          cases: ["/tasks%2Fstage-done", "a file above"],
        },
      ],
    },
  ],
  [functionUrl, {}],
  [
    loadBalancer,
    {
      cannot: [
        small,
        {
          reason: "of a parameter that is given twice the last value arrives",
          cases: ["a limit given twice", "a link to which something was added"],
        },
      ],
    },
  ],
  [multiValueLoadBalancer, { cannot: [small] }],
];

for (const [gateway, options] of gateways)
  hostSuite(gateway.name, {
    makeDatabase,
    buffers: true,
    bodyBytesMax: (gateway.bytesMax * 3) / 4,
    makeHost: async (bff) => serve(gateway, toLambda(bff)),
    ...options,
  });

beforeAll(() => void vi.stubGlobal("awslambda", awslambda));
afterAll(() => void vi.unstubAllGlobals());

hostSuite("function URL that streams", {
  makeDatabase,
  makeHost: async (bff) => serveStreaming(functionUrl, toLambda(bff, { streaming: true }) as never),
});
