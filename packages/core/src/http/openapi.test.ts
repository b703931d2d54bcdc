import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ErrorCode, errorCodes } from "../contract/error-codes.ts";
import { type Route, routes } from "../contract/routes.ts";
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

function mistype(copy: ApiDocument): void {
  Object.assign(copy.paths["/health"]?.get?.responses["200"]?.content?.["application/json"]?.schema ?? {}, {
    type: "thing",
  });
}
