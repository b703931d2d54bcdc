import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buy, failureOf } from "../conformance/buy.ts";
import { fileOf, jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { tripo } from "./index.ts";

const baseUrl = "https://vendor.invalid/v3";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const file = fileOf("input_model_asset_url", "a model", "model/obj");
const job = jobOf("convert-model", { format: "STL" }, { files: [file] });
const warnings: string[] = [];
const context = submitContext({
  logger: { ...submitContext().logger, warn: (fields) => warnings.push(JSON.stringify(fields)) },
});
const provider = (settings = {}) => tripo({ apiKey: "tsk_key", baseUrl, pollMs: 5, ...settings });

type Answer = () => Response;
const task =
  (status: string, fields: object = {}): Answer =>
  () =>
    HttpResponse.json({ code: 0, data: { task_id: "import-1", status, ...fields } });

/** A vendor whose import answers with these, one after the other. Returns what it was asked. */
function vendor(looks: readonly Answer[], created: Answer = task("queued")): string[] {
  const asked: string[] = [];
  const last = looks.length - 1;
  let look = 0;
  server.use(
    http.all(`${baseUrl}/*`, async ({ request }) => {
      const path = request.url.slice(baseUrl.length + 1);
      const reference = request.headers.get("x-request-id");
      asked.push(reference === null ? path : `${path} ${reference}`);
      if (path === "files") return HttpResponse.json({ code: 0, data: { file_token: "file_1" } });
      if (path === "models/import") {
        expect(await request.json()).toEqual({ input: "file_1" });
        return created();
      }
      if (path === "models/convert") return HttpResponse.json({ code: 0, data: { task_id: "convert-1" } });
      return (looks[Math.min(look++, last)] as Answer)();
    }),
  );
  return asked;
}

describe("a model that was brought along", () => {
  it("is uploaded, imported and waited for; only the work itself carries our reference, and is bought", async () => {
    const asked = vendor([task("queued"), task("running"), task("success", { credits_consumed: 0 })]);
    const { answer } = await buy(provider(), job, context);
    const look = "tasks/import-1";
    expect(asked).toEqual(["files", "models/import", look, look, look, "models/convert ref-7f3a"]);
    expect(answer).toMatchObject({
      state: "running",
      reference: { key: "convert-1", data: { work: "models/convert" } },
    });
  });

  it("is waited for through looks that fail, and through words that nobody knows", async () => {
    warnings.length = 0;
    vendor([
      () => HttpResponse.json({ code: 2001 }, { status: 404 }),
      () => HttpResponse.json({ code: 1000 }, { status: 500 }),
      () => HttpResponse.error(),
      () => HttpResponse.json({ code: 0, data: {} }),
      task("pondering"),
      task("success"),
    ]);
    const { request } = await provider().prepare(job, context);
    expect(request).toEqual({ path: "models/convert", body: { input: "import-1", format: "STL" } });
    expect(warnings).toEqual([expect.stringContaining("pondering")]);
  });

  it("is in the books if it cost something after all", async () => {
    vendor([task("success", { credits_consumed: 2, output: { model_url: "https://a.example.com/m.stl" } })]);
    const { answer } = await buy(provider(), job, context);
    if (answer?.state !== "running") throw new Error("It is not running.");
    const end = await provider().check?.(answer.reference, context);
    expect(end).toMatchObject({ state: "done", cost: { unit: "credits", amount: 4 } });
  });

  it.each([
    ["failed", { error_code: 2004 }, { code: "asset_unusable", outcome: "refused" }],
    ["cancelled", {}, { code: "asset_unusable", outcome: "refused" }],
    [
      "failed",
      { error_code: 2008 },
      { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    ],
    ["banned", {}, { code: "content_rejected", outcome: "refused" }],
  ])("ends before anything is bought when its import is %s (%j)", async (status, fields, expected) => {
    const asked = vendor([task(status, fields)]);
    expect(await failureOf(provider().prepare(job, context))).toMatchObject(expected);
    expect(asked).toEqual(["files", "models/import", "tasks/import-1"]);
  });

  it.each([
    ["too large", () => HttpResponse.json({ code: 2021 }, { status: 400 }), "asset_unusable", "refused"],
    [
      "an answer without an id",
      () => HttpResponse.json({ code: 0, data: {} }),
      "provider_unavailable",
      "not_sent",
    ],
    ["a lost answer", () => HttpResponse.error(), "provider_unavailable", "not_sent"],
  ] as const)("buys nothing when the import is answered with %s", async (_, created, code, outcome) => {
    vendor([], created);
    expect(await failureOf(provider().prepare(job, context))).toMatchObject({ code, outcome });
  });

  it("calls the operator when the key is refused while it is waited for", async () => {
    vendor([() => HttpResponse.json({ code: 1002 }, { status: 401 })]);
    const error = await failureOf(provider().prepare(job, context));
    expect(error).toMatchObject({ outcome: "not_sent", operator: true });
  });

  it("may be tried again when its import is not ready in time, or when it was told to stop", async () => {
    vendor([task("running")]);
    const harmless = { code: "provider_unavailable", outcome: "not_sent" };
    expect(await failureOf(provider({ importTimeoutMs: 40 }).prepare(job, context))).toMatchObject(harmless);

    const controller = new AbortController();
    vendor([
      () => {
        controller.abort();
        return task("running")();
      },
    ]);
    const stopped = provider({ pollMs: 600_000 }).prepare(job, { ...context, signal: controller.signal });
    expect(await failureOf(stopped)).toMatchObject(harmless);
  });
});
