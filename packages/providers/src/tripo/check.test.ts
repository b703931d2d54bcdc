import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tripo } from "./index.ts";

const server = setupServer(
  http.get("https://vendor.invalid/v3/tasks/*", ({ request }) => {
    paths.push(new URL(request.url).pathname);
    return HttpResponse.json({ code: 2001 }, { status: 404 });
  }),
);
const paths: string[] = [];
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterAll(() => server.close());

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const context = { signal: new AbortController().signal, logger: silent };
const provider = tripo({ apiKey: "tsk_key", baseUrl: "https://vendor.invalid/v3" });

it("never lets a task's id lead to another path", async () => {
  paths.length = 0;
  await provider.check?.({ key: "../account/balance?x=" }, context);
  expect(paths).toEqual(["/v3/tasks/..%2Faccount%2Fbalance%3Fx%3D"]);
});
