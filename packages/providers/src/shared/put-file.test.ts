import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { fileOf } from "../conformance/cases.ts";
import { putFile } from "./put-file.ts";

const seen: [string, string | null, string][] = [];
let status = 200;
const server = setupServer(
  http.all("*", async ({ request }) => {
    seen.push([request.url, request.headers.get("authorization"), await request.text()]);
    return new HttpResponse("CANARY", { status });
  }),
);
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => {
  seen.length = 0;
  status = 200;
});
afterAll(() => server.close());

const file = fileOf("input_image_asset_url", "a picture");
const put = (url: string, trustedUrl = "https://rest.fal.ai") =>
  putFile({ vendor: "fal", url, trustedUrl }, file, new AbortController().signal);

it("puts a file where a vendor says, without any key", async () => {
  await put("https://storage.example.com/a/b?signature=s");
  expect(seen).toEqual([["https://storage.example.com/a/b?signature=s", null, "a picture"]]);
});

it("puts it at the vendor's own address wherever that is, e.g. at a simulator", async () => {
  await put("http://127.0.0.1:4010/put", "http://127.0.0.1:4010/fal/rest");
  expect(seen).toHaveLength(1);
});

it.each([
  "http://storage.example.com/a",
  "https://10.0.0.7/a",
  "https://[::1]/a",
  "https://localhost/a",
  "https://database/a",
  "https://database.internal/a",
  "https://printer.local/a",
  "https://storage.example.com:8443/a",
  "file:///etc/passwd",
  "nonsense",
])("puts nothing at %s", async (url) => {
  await expect(put(url)).rejects.toMatchObject({ code: "provider_unavailable", outcome: "not_sent" });
  expect(seen).toEqual([]);
});

it.each([
  [403, { outcome: "refused", operator: true }],
  [302, { outcome: "refused" }],
  [500, { outcome: "not_sent" }],
])("classes %i, and follows no redirect", async (answered, expected) => {
  status = answered;
  await expect(put("https://storage.example.com/a")).rejects.toMatchObject(expected);
  expect(seen).toHaveLength(1);
});
