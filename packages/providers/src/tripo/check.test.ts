import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { failureOf } from "../conformance/buy.ts";
import { tripo } from "./index.ts";

const server = setupServer(
  http.get("https://vendor.invalid/v3/tasks/*", ({ request }) => {
    paths.push(new URL(request.url).pathname);
    const headers = { date: "Fri, 20 Nov 2026 09:13:44 GMT" };
    return HttpResponse.json({ code: 2001 }, { status: 404, headers });
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
const check = (takenAt: string, key = "a") =>
  failureOf(provider.check?.({ key, data: { taken_at: Date.parse(takenAt) } }, context) as Promise<unknown>);

it("waits for a task that is not found within a minute after it was taken", async () => {
  expect(await check("2026-11-20T09:12:45Z")).toMatchObject({ outcome: "not_sent" });
});

it("gives up a task that is still not found after a minute, and calls the operator", async () => {
  const gone = { code: "provider_failed", outcome: "failed", operator: true };
  expect(await check("2026-11-20T09:12:44Z")).toMatchObject(gone);
});

it("never lets a task's id lead to another path", async () => {
  paths.length = 0;
  await check("2026-11-20T09:12:44Z", "../account/balance?x=");
  expect(paths).toEqual(["/v3/tasks/..%2Faccount%2Fbalance%3Fx%3D"]);
});
