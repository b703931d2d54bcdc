import type { ErrorCode } from "../../../contract/error-codes.ts";
import type { HostRequest } from "../../host-request.ts";
import { tinyPng } from "../../test-studio.ts";
import type { HostCase } from "../case.ts";

const generate = "/generate/text-to-image";
const wish = { task_id: "{{task}}", prompt: "a cat" };

/** A wish whose JSON is written as it stands here, and taken. */
const written = (name: string, body: string, headers: Record<string, string> = {}): HostCase => ({
  name,
  request: {
    method: "POST",
    path: generate,
    headers: { "content-type": "application/json", ...headers },
    body,
  },
  status: 202,
  body: { status: "pending", task_id: "<own>", credits: { held: 5 } },
  headers: { "content-type": "application/json", location: "/api/tasks/<uuid>/status" },
});
const plain = '{"task_id": "{{task}}", "prompt": "a cat"}';

const spellings: readonly HostCase[] = [
  written("white space around", ` \r\n\t${plain}\n\n`),
  written("escaped letters", '{"\\u0074ask_id": "{{task}}", "prompt": "\\u0061 cat"}'),
  written("an escaped pair of surrogates", '{"task_id": "{{task}}", "prompt": "\\ud83d\\ude00"}'),
  written("a whole number with a point", '{"task_id": "{{task}}", "prompt": "a cat", "n": 1.0}'),
  written("a whole number with an exponent", '{"task_id": "{{task}}", "prompt": "a cat", "n": 1e0}'),
  written("a charset", plain, { "content-type": "application/json; charset=utf-8" }),
  written("a charset in capitals and quotes", plain, { "content-type": 'application/json; charset="UTF-8"' }),
  written("a type in capitals", plain, { "content-type": "Application/JSON" }),
  written("a type without spaces", plain, { "content-type": "application/json;charset=utf-8" }),
  written("no encoding, said", plain, { "content-encoding": "identity" }),
];

/** Words of every writing arrive as they were sent, and are read back as they were sent. */
const words: readonly HostCase[] = [
  "ein Bär",
  "un café à Orléans",
  "кот на окне",
  "窓辺の猫",
  "창가의 고양이",
  "قطة على النافذة",
  "חתול",
  "एक बिल्ली",
  "a 🐈‍⬛ with a 👩🏽‍🎨",
  "e\u0301 is not \u00e9",
  "tabs\tand\nlines",
  "quotes \" ' ` and \\ and </script>",
  "%41 + & = ? #",
].map((prompt) => ({
  name: prompt,
  given: {
    first: { method: "POST", path: generate, headers: { prefer: "wait=20" }, json: { ...wish, prompt } },
  },
  request: { path: "/tasks/{{task}}" },
  status: 200,
  body: { generations: [{ input: { prompt } }] },
}));

const json = (
  name: string,
  path: string,
  body: object,
  status: number,
  more: Omit<Partial<HostCase>, "request"> & { readonly request?: Partial<HostRequest> } = {},
): HostCase => ({
  name,
  status,
  ...more,
  request: { method: "POST", path, json: body, ...more.request },
});
const refused = (name: string, path: string, body: object, status: number, code: ErrorCode): HostCase =>
  json(name, path, body, status, { code });
const foreign = "00000000-0000-4000-8000-000000000000";

const asked: readonly HostCase[] = [
  json("the most pictures at once", generate, { ...wish, n: 4 }, 202, { body: { credits: { held: 20 } } }),
  json("a prompt of 4,000 letters", generate, { ...wish, prompt: "x".repeat(4000) }, 202),
  json("a provider by its name", generate, { ...wish, provider: "studio" }, 202),
  json("a choice", generate, { ...wish, quality: "high", transparent: false }, 202),
  json(
    "a picture from an asset",
    "/generate/image-to-image",
    { ...wish, input_image_asset_url: "{{stage.asset}}" },
    202,
    {
      request: { as: "stage" },
    },
  ),
  json(
    "a picture from a link of ours",
    "/generate/image-to-image",
    { ...wish, input_image_asset_url: "{{stage.file}}" },
    202,
    {
      request: { as: "stage" },
    },
  ),
  refused(
    "a picture from another's asset",
    "/generate/image-to-image",
    { ...wish, input_image_asset_url: "{{stage.asset}}" },
    404,
    "not_found",
  ),
  refused(
    "a picture from another's link",
    "/generate/image-to-image",
    { ...wish, input_image_asset_url: "{{stage.file}}" },
    400,
    "asset_url_not_allowed",
  ),
  refused("another's task", generate, { ...wish, task_id: "stage-done" }, 409, "task_id_taken"),
  refused("an old quote", generate, { ...wish, quote_id: foreign }, 409, "quote_expired"),
  json("a price", "/quotes", { operation: "text-to-image", prompt: "a cat", n: 3 }, 200, {
    body: { credits: 15 },
  }),
  refused(
    "a price of what is not sold",
    "/quotes",
    { operation: "time-travel", prompt: "a cat" },
    404,
    "not_found",
  ),
  {
    name: "a price that is honoured",
    given: {
      quoted: {
        method: "POST",
        path: "/quotes",
        json: { operation: "text-to-image", prompt: "a cat", n: 2 },
      },
    },
    request: { method: "POST", path: generate, json: { ...wish, n: 2, quote_id: "{{quoted.quote_id}}" } },
    status: 202,
    body: { credits: { held: 10 } },
  },
  {
    name: "a price of another wish",
    given: {
      quoted: {
        method: "POST",
        path: "/quotes",
        json: { operation: "text-to-image", prompt: "a cat", n: 1 },
      },
    },
    request: { method: "POST", path: generate, json: { ...wish, n: 2, quote_id: "{{quoted.quote_id}}" } },
    status: 409,
    code: "quote_expired",
  },
];

/** Bodies on routes that take none are not looked at. */
const unlooked: readonly HostCase[] = [
  ["nothing", {}],
  ["JSON", { json: { any: "thing" } }],
  ["a broken body", { body: "{", headers: { "content-type": "text/plain" } }],
  ["bytes", { body: new Uint8Array(100_000), headers: { "content-type": "application/octet-stream" } }],
].map(([what, more]) => ({
  name: `a ticket, asked for with ${what}`,
  request: { method: "POST", path: "/tasks/stage-done/events/ticket", as: "stage", ...(more as object) },
  status: 201,
  body: { ticket: "<signed>", expires_at: "<time>" },
}));

const bytes = (count: number) => new Uint8Array(count).fill(0x20);
const large: readonly HostCase[] = [
  {
    name: "JSON of 1 MB to the byte",
    request: {
      method: "POST",
      path: generate,
      headers: { "content-type": "application/json" },
      body: plain.padEnd(1_000_000 - 20, " "),
    },
    status: 202,
  },
  ...[1_000_001, 3_000_000].map(
    (count): HostCase => ({
      name: `JSON of ${count} bytes`,
      request: {
        method: "POST",
        path: generate,
        headers: { "content-type": "application/json" },
        body: bytes(count),
      },
      status: 413,
      code: "payload_too_large",
      body: { details: { bytes_max: 1_000_000 } },
      hiddenByBodyParser: true,
    }),
  ),
  ...["gzip", "deflate", "br", "zstd", "gzip, gzip", "nonsense"].map(
    (encoding): HostCase => ({
      name: `JSON in ${encoding}`,
      request: {
        method: "POST",
        path: generate,
        headers: { "content-type": "application/json", "content-encoding": encoding },
        body: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0),
      },
      status: 415,
      code: "unsupported_media_type",
      hiddenByBodyParser: true,
    }),
  ),
  ...[
    "text/plain",
    "text/json",
    "application/xml",
    "application/x-www-form-urlencoded",
    "application/octet-stream",
  ].map(
    (type): HostCase => ({
      name: `JSON as ${type}`,
      request: { method: "POST", path: generate, headers: { "content-type": type }, body: plain },
      status: 415,
      code: "unsupported_media_type",
    }),
  ),
];

const form = (entries: readonly (readonly [string, string | Uint8Array])[]) => () => {
  const data = new FormData();
  for (const [name, value] of entries)
    data.append(name, typeof value === "string" ? value : new Blob([value as Uint8Array<ArrayBuffer>]));
  return data;
};
const formed = (
  name: string,
  path: string,
  entries: readonly (readonly [string, string | Uint8Array])[],
  status: number,
  more: Partial<HostCase> = {},
): HostCase => ({ name, request: { method: "POST", path, form: form(entries) }, status, ...more });
const restyle = "/generate/image-to-image";

const forms: readonly HostCase[] = [
  formed("an upload", "/uploads", [["file", tinyPng]], 201, {
    body: { content_type: "image/png", bytes: 69, width: 1, height: 1 },
  }),
  formed(
    "an upload for a task",
    "/uploads",
    [
      ["task_id", "{{task}}"],
      ["file", tinyPng],
    ],
    201,
  ),
  formed(
    "an upload for another's task",
    "/uploads",
    [
      ["task_id", "stage-done"],
      ["file", tinyPng],
    ],
    409,
    { code: "task_id_taken" },
  ),
  formed("an upload of half a picture", "/uploads", [["file", tinyPng.subarray(0, 40)]], 422, {
    code: "asset_unusable",
  }),
  formed("an upload of nothing", "/uploads", [["file", new Uint8Array(0)]], 422, { code: "asset_unusable" }),
  formed("an upload of words", "/uploads", [["file", new TextEncoder().encode("<html>")]], 422, {
    code: "asset_unusable",
  }),
  formed(
    "two uploads",
    "/uploads",
    [
      ["file", tinyPng],
      ["file", tinyPng],
    ],
    400,
    { code: "validation_failed" },
  ),
  formed("an upload under another name", "/uploads", [["picture", tinyPng]], 400, {
    code: "validation_failed",
  }),
  formed(
    "a picture with the request",
    restyle,
    [
      ["task_id", "{{task}}"],
      ["prompt", "ein Bär 🐻"],
      ["image", tinyPng],
    ],
    202,
  ),
  formed(
    "a picture with the request, and a number",
    restyle,
    [
      ["task_id", "{{task}}"],
      ["prompt", "a cat"],
      ["strength", "0.25"],
      ["image", tinyPng],
    ],
    202,
  ),
  formed(
    "a form without a picture",
    generate,
    [
      ["task_id", "{{task}}"],
      ["prompt", "a cat"],
      ["n", "2"],
      ["transparent", "true"],
    ],
    202,
    {
      body: { credits: { held: 10 } },
    },
  ),
  formed(
    "a number that is too large",
    restyle,
    [
      ["task_id", "{{task}}"],
      ["prompt", "a cat"],
      ["strength", "7"],
      ["image", tinyPng],
    ],
    400,
    { code: "validation_failed" },
  ),
  formed(
    "a field twice",
    generate,
    [
      ["task_id", "{{task}}"],
      ["prompt", "a"],
      ["prompt", "b"],
    ],
    400,
    { code: "validation_failed" },
  ),
  formed(
    "a truth that is none",
    generate,
    [
      ["task_id", "{{task}}"],
      ["prompt", "a"],
      ["transparent", "perhaps"],
    ],
    400,
    { code: "validation_failed" },
  ),
  formed("a form for a price", "/quotes", [["operation", "text-to-image"]], 415, {
    code: "unsupported_media_type",
  }),
];

/** What is sent: spellings, words, wishes. */
export const jsonCases: readonly HostCase[] = [...spellings, ...words, ...asked, ...unlooked];
/** What is large, compressed or of another type. */
export const sizeCases: readonly HostCase[] = large;
export const formCases: readonly HostCase[] = forms;
