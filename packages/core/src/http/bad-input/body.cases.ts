import type { ErrorCode } from "../../contract/error-codes.ts";
import { type BadInputCase, form, generate, good } from "./case.ts";

const jsonHeader = { "content-type": "application/json" };

/** A generate request whose body is sent as it is written here. */
const raw = (name: string, body: string | Uint8Array, code: ErrorCode = "invalid_json"): BadInputCase => ({
  name,
  request: { method: "POST", path: generate, headers: jsonHeader, body },
  status: 400,
  code,
  hiddenByBodyParser: true,
});

/** Bodies that are not one plain JSON object. */
export const bodyCases: readonly BadInputCase[] = [
  {
    ...raw("no content type", "{}"),
    request: { method: "POST", path: generate, body: new TextEncoder().encode("{}") },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...raw("text", "{}"),
    request: { method: "POST", path: generate, body: "{}" },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...raw("another charset", "{}"),
    request: {
      method: "POST",
      path: generate,
      body: "{}",
      headers: { "content-type": "application/json; charset=utf-16" },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...raw("a compressed body", "{}"),
    request: {
      method: "POST",
      path: generate,
      body: "{}",
      headers: { ...jsonHeader, "content-encoding": "br" },
    },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...raw("a form where only JSON is taken", ""),
    request: { method: "POST", path: "/quotes", form: form({ operation: "text-to-image" }) },
    status: 415,
    code: "unsupported_media_type",
  },
  {
    ...raw("a body over 1 MB", ""),
    request: { method: "POST", path: generate, json: { ...good, prompt: "x".repeat(1_100_000) } },
    status: 413,
    code: "payload_too_large",
  },
  raw("an empty body", new Uint8Array(0)),
  raw("half an object", '{"task_id": "bad"'),
  raw("something after the object", '{"task_id": "bad"} x'),
  raw("a byte order mark", '\u{feff}{"task_id": "bad", "prompt": "a cat"}'),
  raw("bytes that are not UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
  raw("a list", "[]"),
  raw("a text", '"cat"'),
  raw("null", "null"),
  raw("two equal keys", '{"task_id": "bad", "prompt": "a", "prompt": "b"}'),
  raw("two equal keys, one escaped", '{"task_id": "bad", "prompt": "a", "\\u0070rompt": "b"}'),
  raw("a deep list", `{"task_id": "bad", "prompt": ${"[".repeat(40)}${"]".repeat(40)}}`),
  raw("a very deep list", `{"task_id": "bad", "prompt": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
  raw(
    "too many keys",
    JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`k${at}`, at]))),
  ),
  raw("__proto__", '{"task_id": "bad", "prompt": "a cat", "__proto__": {"n": 2}}', "validation_failed"),
  raw("constructor", '{"task_id": "bad", "prompt": "a cat", "constructor": 1}', "validation_failed"),
  raw("1e400", '{"task_id": "bad", "prompt": "a cat", "n": 1e400}', "validation_failed"),
  raw("-0", '{"task_id": "bad", "prompt": "a cat", "n": -0}', "validation_failed"),
];
