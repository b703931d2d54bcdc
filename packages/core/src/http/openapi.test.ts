import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import { type Route, routes } from "../contract/routes.ts";
import { webhookEvent, webhookEventTypes } from "../contract/webhook-event.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import type { Host } from "../testing/host.ts";
import { ask, send } from "../testing/host-request.ts";
import { type ApiDocument, type ApiSchema, openApiProblems } from "../testing/openapi-problems.ts";
import { createTestBff, type TestBff } from "../testing/test-bff.ts";
import { codesOf } from "./route-codes.ts";

let database: TestDatabase;
let test: TestBff;
let host: Host;
let document: ApiDocument;

beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestBff(database.database);
  host = { baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined };
  document = (await ask<ApiDocument>(host, { path: "/openapi.json", as: null })).body;
});
afterAll(async () => {
  await test.stop();
  await database.close();
});

const all: readonly Route[] = Object.values(routes);

describe("the document", () => {
  it("is valid OpenAPI 3.1, and each of its schemas is one", async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(await openApiProblems(document)).toEqual([]);
  });

  it.each([
    ["a reference to nothing", (copy: ApiDocument) => refer(copy, "#/components/schemas/Nothing")],
    ["a parameter of the path that is not described", (copy: ApiDocument) => forget(copy)],
    ["a type that is none", (copy: ApiDocument) => mistype(copy)],
    ["a header that is described nowhere", (copy: ApiDocument) => dropHeader(copy)],
    ["a header of a type that is none", (copy: ApiDocument) => mistypeHeader(copy)],
    ["a webhook whose body is described nowhere", (copy: ApiDocument) => dropEvent(copy)],
  ])("would not be called valid with %s", async (_, spoil) => {
    const copy = structuredClone(document);
    spoil(copy);
    expect(await openApiProblems(copy)).not.toEqual([]);
  });

  it("has every route of the contract, generate once for each operation", () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const wanted = all
      .filter((route) => route !== routes.generate)
      .map(({ method, path }) => `${method} ${path}`);
    const operations = ["text-to-image", "image-to-image"].map((name) => `POST /generate/${name}`);
    expect(described.sort()).toEqual([...wanted, ...operations].sort());
  });

  it("says of every route each code that it can answer, under its status", () => {
    for (const route of all.filter((route) => route !== routes.generate)) {
      const responses = document.paths[route.path]?.[route.method.toLowerCase()]?.responses ?? {};
      for (const code of codesOf(route))
        expect(responses[errorCodes[code].status]?.description, `${route.path} ${code}`).toContain(
          `\`${code}\``,
        );
      for (const status of Object.keys(route.answers)) expect(responses, route.path).toHaveProperty(status);
    }
  });

  it("says of every answer which headers it has, and what each of them means", () => {
    for (const [path, methods] of Object.entries(document.paths))
      for (const { responses } of Object.values(methods))
        for (const [status, { headers = {} }] of Object.entries(responses)) {
          expect(Object.keys(headers), `${path} ${status}`).toContain("X-Request-Id");
          if (status === "429")
            expect(Object.keys(headers)).toEqual(expect.arrayContaining(["Retry-After", ...rates]));
        }
    const headersAt = (path: string, status: string) =>
      Object.keys(document.paths[path]?.post?.responses[status]?.headers ?? {});
    const replayed = "Idempotency-Replayed";
    expect(headersAt("/generate/text-to-image", "202")).toEqual(
      expect.arrayContaining([replayed, "Location", ...rates]),
    );
    expect(headersAt("/generations/{id}/retry", "200")).toEqual(
      expect.arrayContaining([replayed, "Preference-Applied"]),
    );
    expect(headersAt("/generate/text-to-image", "422")).toEqual(["X-Request-Id"]);
    for (const path of ["grant", "adjust", "refund"])
      expect(headersAt(`/admin/${path}`, "200")).toContain(replayed);
    expect(headersAt("/admin/inspect", "200")).not.toContain(replayed);
    expect(headersAt("/admin/grant", "409")).toContain("Retry-After");
    expect(headersAt("/quotes", "503")).toContain("Retry-After");
  });

  it("says what the team's own server is told, event by event", () => {
    expect(Object.keys(document.webhooks)).toEqual([...webhookEventTypes]);
    for (const [type, { post }] of Object.entries(document.webhooks)) {
      const { schema } = post.requestBody?.content["application/json"] ?? {};
      const ajv = new Ajv2020({ strict: false, formats: { uuid: true, "date-time": true } });
      ajv.addSchema({ ...structuredClone(document), $id: "api" } as object);
      const rooted = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
      const { data, other } = type.startsWith("credits.")
        ? { data: movementTold, other: "generation.complete" }
        : { data: generationTold, other: "credits.grant" };
      const timestamp = "2026-11-21T12:00:00.000Z";
      const event = webhookEvent.parse({ type, timestamp, data });
      expect(ajv.validate(rooted, event), `${type} ${ajv.errorsText()}`).toBe(true);
      expect(ajv.validate(rooted, { ...event, type: other })).toBe(false);
      expect(ajv.validate(rooted, { ...event, data: {} })).toBe(false);
      expect(post.parameters.map(({ name }) => name)).toEqual([
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
      ]);
    }
  });

  it("leaves out no code but those that answer no request of a route", () => {
    const said = new Set(all.flatMap((route) => [...codesOf(route)]));
    const ends: ErrorCode[] = [
      ...([
        "download_failed",
        "provider_failed",
        "provider_unavailable",
        "provider_timeout",
        "timeout",
      ] as const),
      ...(["output_unavailable", "submission_unknown", "attempts_exhausted", "cancelled"] as const),
    ];
    const ofTheLedgerAlone: ErrorCode[] = ["capture_exceeds_hold", "hold_already_settled"];
    const ofNoRoute: ErrorCode[] = ["method_not_allowed"];
    const unsaid = (Object.keys(errorCodes) as ErrorCode[]).filter((code) => !said.has(code));
    expect(unsaid.sort()).toEqual([...ends, ...ofTheLedgerAlone, ...ofNoRoute].sort());
  });
});

const rates = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];
const uuid = "00000000-0000-4000-8000-000000000000";
const generationTold = {
  ...{ task_id: "t", generation_id: uuid, operation: "text-to-image", provider: "studio", user_id: "ada" },
  ...{ status: "complete", stage: null, progress: 100, asset_url: null, asset_urls: [], assets: [] },
  ...{ previews: [], output: null, failures: [], error: null, cancel_requested: false, version: 3 },
  ...{ credits: { held: 0, charged: 5 }, next_poll_ms: null, created_at: "2026-11-21T12:00:00Z" },
  completed_at: "2026-11-21T12:00:09Z",
};
const movementTold = {
  ...{ id: "1", kind: "capture", amount: 5, balance_before: 10, balance_after: 5, reason: null },
  ...{ generation_id: uuid, task_id: "t", operation: "text-to-image", created_at: "2026-11-21T12:00:00Z" },
  ...{ wallet_id: "ada", seq: 2 },
};

/** Each object that a request may be. */
const alternatives = (schema: ApiSchema): readonly ApiSchema[] => schema.anyOf ?? [schema];

describe("what a route takes", () => {
  it("is closed: as JSON and as a form, nothing else may be in it", () => {
    let seen = 0;
    for (const [path, methods] of Object.entries(document.paths))
      for (const { requestBody } of Object.values(methods))
        for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
          if (type === "*/*") continue;
          for (const alternative of alternatives(schema)) {
            seen += 1;
            expect(alternative, `${path} ${type}`).toMatchObject({ additionalProperties: false });
          }
        }
    expect(seen).toBeGreaterThan(15);
  });

  const id = "00000000-0000-4000-8000-000000000000";
  const bodies: [string, "application/json" | "multipart/form-data", object, boolean][] = [
    ["/generate/text-to-image", "application/json", { task_id: "t", prompt: "a cat", n: 2 }, true],
    [
      "/generate/text-to-image",
      "application/json",
      { task_id: "t", prompt: "a cat", provider: "studio" },
      true,
    ],
    ["/generate/text-to-image", "application/json", { task_id: "t", prompt: "a cat", colour: "red" }, false],
    ["/generate/text-to-image", "application/json", { prompt: "a cat" }, false],
    ["/generate/text-to-image", "application/json", { task_id: "t", prompt: "a cat", n: 9 }, false],
    ["/generate/text-to-image", "application/json", { task_id: "t", prompt: "a cat", provider: "x" }, false],
    ["/generate/image-to-image", "application/json", { task_id: "t", prompt: "a cat" }, false],
    ["/generate/image-to-image", "multipart/form-data", { task_id: "t", prompt: "a", image: "bytes" }, true],
    [
      ...(["/generate/image-to-image", "multipart/form-data"] as const),
      { task_id: "t", prompt: "a", input_image_asset_url: id },
      true,
    ],
    ["/generate/image-to-image", "multipart/form-data", { task_id: "t", prompt: "a" }, false],
    [
      ...(["/generate/image-to-image", "multipart/form-data"] as const),
      { task_id: "t", prompt: "a", image: "bytes", model: "bytes" },
      false,
    ],
    ["/quotes", "application/json", { operation: "text-to-image", n: 2 }, true],
    ["/quotes", "application/json", { operation: "time-travel" }, false],
    ["/quotes", "application/json", { operation: "text-to-image", colour: "red" }, false],
    ["/uploads", "multipart/form-data", { file: "bytes", task_id: "t" }, true],
    ["/uploads", "multipart/form-data", { task_id: "t" }, false],
    ["/uploads", "multipart/form-data", { file: "bytes", price: "0" }, false],
    ["/admin/inspect", "application/json", { subject: "wallet", id: "w" }, true],
    ["/admin/inspect", "application/json", { subject: "wallet", id: "w", sql: "x" }, false],
  ];
  it.each(bodies)("%s by %s: %j is taken: %s", (path, type, body, taken) => {
    const schema = document.paths[path]?.post?.requestBody?.content[type]?.schema;
    const ajv = new Ajv2020({ strict: false, formats: { binary: true, uuid: true } });
    expect(ajv.validate(schema ?? {}, body)).toBe(taken);
  });

  it("is what the server takes: each JSON that fits gets in, each that does not is refused", async () => {
    for (const [path, type, body, taken] of bodies.filter(([, type]) => type === "application/json")) {
      const operator = path.startsWith("/admin") ? { claims: { operator: true } } : {};
      const answer = await send(host, { method: "POST", path, json: body, ...operator });
      await answer.body?.cancel();
      const refused = answer.status === 400 || (path === "/quotes" && answer.status === 404);
      const unknownWallet = path.startsWith("/admin") && answer.status === 404;
      expect(!refused || unknownWallet, `${type} ${path} ${JSON.stringify(body)}: ${answer.status}`).toBe(
        taken,
      );
    }
  });
});

function refer(copy: ApiDocument, $ref: string): void {
  const answer = copy.paths["/tasks"]?.get?.responses["401"];
  if (answer?.content) answer.content["application/json"] = { schema: { $ref } };
}

function forget(copy: ApiDocument): void {
  Object.assign(copy.paths["/tasks/{id}"]?.get ?? {}, { parameters: [] });
}

function dropHeader(copy: ApiDocument): void {
  delete copy.components.headers["Retry-After"];
}

function mistypeHeader(copy: ApiDocument): void {
  copy.components.headers["Retry-After"] = { schema: { type: "moment" } };
}

function dropEvent(copy: ApiDocument): void {
  const body = copy.webhooks["generation.complete"]?.post.requestBody?.content["application/json"];
  Object.assign(body ?? {}, { schema: { $ref: "#/components/schemas/Nothing" } });
}

function mistype(copy: ApiDocument): void {
  Object.assign(copy.paths["/health"]?.get?.responses["200"]?.content?.["application/json"]?.schema ?? {}, {
    type: "thing",
  });
}
