import type { Provider } from "@genbff/core";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { submitContext } from "./conformance/context.ts";
import { fal, replicate, stability, tripo } from "./index.ts";

const baseUrl = "https://vendor.invalid/v1";
const apiKey = "tsk_key";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const offers = { upscale: { parameters: z.strictObject({}), input: () => ({}) } };
const known = { operation: "upscale" };

interface Lost {
  readonly provider: Provider<object>;
  /** What it says of a job that is not there, and of one that is. */
  readonly missing: object;
  readonly busy: object;
}
const everyVendor: Readonly<Record<string, Lost>> = {
  fal: {
    provider: fal("fal-ai/flux/dev", { apiKey, baseUrl, offers }),
    missing: { detail: "Request not found" },
    busy: { status: "IN_PROGRESS" },
  },
  replicate: {
    provider: replicate("ada/lamp", { apiKey, baseUrl, offers }),
    missing: { detail: "The requested resource could not be found." },
    busy: { id: "a", status: "processing" },
  },
  stability: {
    provider: stability({ apiKey, baseUrl }),
    missing: { name: "generation_not_found" },
    busy: { status: "in-progress" },
  },
  tripo: {
    provider: tripo({ apiKey, baseUrl }),
    missing: { code: 2001 },
    busy: { code: 0, data: { task_id: "a", status: "running", progress: 10 } },
  },
};

describe.each(Object.entries(everyVendor))("a paid job that %s does not find", (name, vendor) => {
  const { provider, missing, busy } = vendor;
  const look = (data: Record<string, string | number> = known) =>
    provider.check?.({ key: "a", data }, submitContext());
  const answer = (body: object, status: number) =>
    server.use(http.get(`${baseUrl}/*`, () => HttpResponse.json(body, { status })));

  it("is asked for again, however old it is: one such answer loses nothing", async () => {
    answer(missing, 404);
    const since = Date.now();
    const first = await look();
    expect(first).toMatchObject({ state: "running", reference: { key: "a", data: known } });
    const data = first?.state === "running" ? first.reference.data : undefined;
    expect(data?.doubted_at).toBeGreaterThanOrEqual(since);
    const doubted = { ...known, doubted_at: Date.now() - 50_000 };
    expect(await look(doubted)).toMatchObject({ state: "running", reference: { data: doubted } });
  });

  it("is given up when that was said for a minute, and the operator is called", async () => {
    answer(missing, 404);
    const error = { code: "provider_failed", outcome: "failed", operator: true };
    const end = await look({ ...known, doubted_at: Date.now() - 60_000 });
    expect(end).toMatchObject({ state: "refused", error });
  });

  it("is doubted no more once it is found", async () => {
    answer(busy, name === "stability" ? 202 : 200);
    const found = await look({ ...known, doubted_at: Date.now() - 60_000 });
    expect(found).toMatchObject({ state: "running", reference: { key: "a", data: known } });
    expect(found).not.toHaveProperty("reference.data.doubted_at");
  });
});
