import type { ErrorCode } from "../../contract/error-codes.ts";
import { type BadInputCase, form, generate, good, restyle, unknownId } from "./case.ts";

const inputUrl = (name: string, url: unknown, status: number, code: ErrorCode): BadInputCase => ({
  name,
  request: { method: "POST", path: restyle, json: { ...good, input_image_asset_url: url } },
  status,
  code,
  ...(code === "validation_failed" ? {} : { field: "input_image_asset_url" }),
});
const formCase = (
  name: string,
  path: string,
  entries: Record<string, string | Blob>,
  status: number,
  code: ErrorCode,
): BadInputCase => ({
  name,
  request: { method: "POST", path, form: form(entries) },
  status,
  code,
});

/** Inputs, uploads and forms. */
export const fileCases: readonly BadInputCase[] = [
  inputUrl("no input picture", undefined, 400, "validation_failed"),
  inputUrl("an empty URL", "", 400, "validation_failed"),
  inputUrl("a URL that is too long", `https://example.com/${"a".repeat(2048)}`, 400, "validation_failed"),
  inputUrl("a word for a URL", "cat", 400, "asset_url_not_allowed"),
  inputUrl("a file URL", "file:///etc/passwd", 400, "asset_url_not_allowed"),
  inputUrl("a private address", "https://127.0.0.1/cat.png", 400, "asset_url_not_allowed"),
  inputUrl("the metadata address", "https://169.254.169.254/latest/meta-data", 400, "asset_url_not_allowed"),
  inputUrl("plain http", "http://example.com/cat.png", 400, "asset_url_not_allowed"),
  inputUrl(
    "a file of ours that nobody has",
    "/api/files/images/somebody/0.png",
    400,
    "asset_url_not_allowed",
  ),
  inputUrl("an asset that nobody has", unknownId, 404, "not_found"),
  formCase(
    "a damaged picture",
    restyle,
    { ...good, image: new Blob([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0)]) },
    422,
    "asset_unusable",
  ),
  formCase(
    "a text for a picture",
    restyle,
    { ...good, image: new Blob(["not a picture at all"]) },
    422,
    "asset_unusable",
  ),
  formCase("an empty picture", restyle, { ...good, image: new Blob([]) }, 422, "asset_unusable"),
  formCase(
    "a page for a picture",
    "/uploads",
    { file: new Blob(["<svg xmlns='http://www.w3.org/2000/svg'/>"], { type: "image/png" }) },
    422,
    "asset_unusable",
  ),
  formCase("a form without its prompt", restyle, { task_id: "bad" }, 400, "validation_failed"),
  formCase(
    "a file where none is taken",
    generate,
    { ...good, image: new Blob(["x"]) },
    400,
    "validation_failed",
  ),
  formCase("a form with an unknown field", generate, { ...good, colour: "red" }, 400, "validation_failed"),
  formCase("a form with a number that is none", generate, { ...good, n: "two" }, 400, "validation_failed"),
  formCase(
    "a form with a control character",
    generate,
    { ...good, prompt: "a\u0007b" },
    400,
    "validation_failed",
  ),
  formCase("a form of an unknown operation", "/generate/time-travel", good, 404, "not_found"),
  formCase("an upload without a file", "/uploads", { task_id: "bad" }, 400, "validation_failed"),
  formCase("an upload whose file is a text", "/uploads", { file: "hello" }, 400, "validation_failed"),
  formCase(
    "an upload for a task_id that cannot be",
    "/uploads",
    { task_id: "a b" },
    400,
    "validation_failed",
  ),
  {
    name: "a form without a boundary",
    request: {
      method: "POST",
      path: "/uploads",
      body: "--x",
      headers: { "content-type": "multipart/form-data" },
    },
    status: 400,
    code: "validation_failed",
  },
  {
    name: "a form that ends in the middle",
    request: {
      method: "POST",
      path: "/uploads",
      body: '--x\r\ncontent-disposition: form-data; name="task_id"\r\n\r\nbad',
      headers: { "content-type": "multipart/form-data; boundary=x" },
    },
    status: 400,
    code: "validation_failed",
  },
  {
    name: "a form that is none",
    request: {
      method: "POST",
      path: "/uploads",
      body: "hello",
      headers: { "content-type": "multipart/form-data; boundary=x" },
    },
    status: 400,
    code: "validation_failed",
  },
  {
    name: "an upload of a type that is not taken",
    request: {
      method: "POST",
      path: "/uploads",
      json: { filename: "a.svg", content_type: "image/svg+xml", bytes: 10 },
    },
    status: 400,
    code: "validation_failed",
    pointer: "/content_type",
  },
  {
    name: "an upload of nothing",
    request: {
      method: "POST",
      path: "/uploads",
      json: { filename: "a.png", content_type: "image/png", bytes: 0 },
    },
    status: 400,
    code: "validation_failed",
    pointer: "/bytes",
  },
  {
    name: "an upload that is too large",
    request: {
      method: "POST",
      path: "/uploads",
      json: { filename: "a.png", content_type: "image/png", bytes: 60_000_000 },
    },
    status: 400,
    code: "validation_failed",
    pointer: "/bytes",
  },
];
