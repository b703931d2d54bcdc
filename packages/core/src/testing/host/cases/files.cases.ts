import { tinyPng } from "../../test-studio.ts";
import { get, type HostCase } from "../case.ts";

const file = "{{stage.file}}";
const bytes = tinyPng.byteLength;
const hex = (from: number, to = bytes) => Buffer.from(tinyPng.subarray(from, to)).toString("hex");

const served = {
  "content-type": "image/png",
  "content-disposition": 'inline; filename="0.png"',
  "content-security-policy": "default-src 'none'; sandbox",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "cross-origin",
  "cache-control": "private, max-age=<s>",
  "accept-ranges": "bytes",
  etag: '"<version>"',
  vary: "Origin",
};
const read = (
  name: string,
  headers: Record<string, string>,
  status: number,
  more: { readonly headers?: Record<string, string | null>; readonly body?: string } = {},
) =>
  get(name, file, status, {
    ...more,
    headers: { ...served, ...more.headers },
    request: { as: null, headers },
  });

const part = (name: string, range: string, start: number, end: number) =>
  read(`${name}: ${range}`, { range }, 206, {
    headers: { "content-range": `bytes ${start}-${end - 1}/${bytes}` },
    body: hex(start, end),
  });
const all = (name: string, headers: Record<string, string>) =>
  read(name, headers, 200, { headers: { "content-range": null }, body: hex(0) });
const none = (name: string, range: string) =>
  read(`${name}: ${range}`, { range }, 416, { headers: { "content-range": `bytes */${bytes}` }, body: "" });

const ranges: readonly HostCase[] = [
  all("a file", {}),
  part("one byte", "bytes=0-0", 0, 1),
  part("some bytes", "bytes=1-3", 1, 4),
  part("the end", "bytes=10-", 10, bytes),
  part("the last ones", "bytes=-5", bytes - 5, bytes),
  part("more of the last ones than there are", "bytes=-9999", 0, bytes),
  part("more than there is", "bytes=0-9999", 0, bytes),
  part("spaces around it", " bytes=2-4 ", 2, 5),
  none("after the end", `bytes=${bytes}-`),
  none("far after the end", "bytes=999999-"),
  none("none of the last ones", "bytes=-0"),
  all("a range that goes back", { range: "bytes=5-2" }),
  all("several ranges", { range: "bytes=0-1,4-5" }),
  all("a range of another unit", { range: "pages=1-2" }),
  all("a range of words", { range: "bytes=a-b" }),
  all("a range of nothing", { range: "bytes=-" }),
  all("a range of a file that was replaced", { range: "bytes=0-1", "if-range": '"older"' }),
  all("a range of a file of some day", { range: "bytes=0-1", "if-range": "Wed, 21 Oct 2015 07:28:00 GMT" }),
  all("another version", { "if-none-match": '"older"' }),
  all("a day that does not matter", { "if-modified-since": "Wed, 21 Oct 2099 07:28:00 GMT" }),
  read("any version", { "if-none-match": "*" }, 304, { body: "" }),
  read("any version, in part", { "if-none-match": "*", range: "bytes=0-1" }, 304, { body: "" }),
  get("only the head of a file", file, 200, {
    headers: served,
    body: "",
    request: { as: null, method: "HEAD" },
  }),
  get("only the head of a part", file, 200, {
    headers: { ...served, "content-range": null },
    body: "",
    request: { as: null, method: "HEAD", headers: { range: "bytes=0-1" } },
  }),
  get("a link of somebody else's, with a token", file, 200, { headers: served, request: { as: "bob" } }),
  get("the other file", "{{stage.other}}", 200, {
    headers: { ...served, "content-disposition": 'inline; filename="1.png"' },
    request: { as: null },
  }),
];

const unsigned = (name: string, path: string) =>
  get(name, path, 401, {
    code: "invalid_signature",
    headers: { "cache-control": "no-store" },
    request: { as: null },
  });

const signatures: readonly HostCase[] = [
  unsigned("no signature", "/files/images/stage-done/0.png"),
  unsigned("half a signature", "/files/images/stage-done/0.png?expires=9999999999"),
  unsigned("a signature of a cat", "/files/images/stage-done/0.png?expires=9999999999&signature=cat"),
  unsigned("an old link", "/files/images/stage-done/0.png?expires=1&signature=AAAA"),
  unsigned("a link without an end", "/files/images/stage-done/0.png?expires=&signature=AAAA"),
  unsigned("a link until a word", "/files/images/stage-done/0.png?expires=never&signature=AAAA"),
  unsigned("a signature that goes on", `${file}A`),
  get("a link to which something was added", `${file}&expires=9999999999&size=large`, 200, {
    headers: served,
    request: { as: null },
  }),
  unsigned("a file above", "/files/..%2f..%2fetc%2fpasswd?expires=9999999999&signature=AAAA"),
  unsigned("a hidden file", "/files/.drafts/probe?expires=9999999999&signature=AAAA"),
  unsigned("a file with U+0000", "/files/a%00b?expires=9999999999&signature=AAAA"),
  {
    ...unsigned("a link for reading, written to", file),
    request: { path: file, method: "PUT", as: null, body: "x" },
  },
];

const reserve = (declared: number) =>
  ({
    method: "POST",
    path: "/uploads",
    json: { filename: "blue.png", content_type: "image/png", bytes: declared },
  }) as const;
const put = (
  name: string,
  declared: number,
  body: Uint8Array | string,
  type: string,
  status: number,
  more: Partial<HostCase> = {},
): HostCase => ({
  name,
  given: { reserved: reserve(declared) },
  request: {
    method: "PUT",
    path: "{{reserved.upload.url}}",
    as: null,
    headers: { "content-type": type },
    body,
  },
  status,
  ...more,
});

const writing: readonly HostCase[] = [
  put("a signed upload", bytes, tinyPng, "image/png", 204, { body: "", headers: { vary: "Origin" } }),
  put("a signed upload of less than was said", 1000, tinyPng, "image/png", 204, { body: "" }),
  put("a signed upload of another type", bytes, tinyPng, "image/jpeg", 415, {
    code: "unsupported_media_type",
  }),
  put("a signed upload of more bytes", 10, tinyPng, "image/png", 413, { code: "payload_too_large" }),
  put("a signed upload of many more bytes", 10, new Uint8Array(300_000), "image/png", 413, {
    code: "payload_too_large",
  }),
  {
    ...put("a link for writing, read", bytes, "", "image/png", 401, { code: "invalid_signature" }),
    request: { path: "{{reserved.upload.url}}", as: null },
  },
  {
    ...put("a link for writing, asked for its head", bytes, "", "image/png", 401, { body: "" }),
    request: { method: "HEAD", path: "{{reserved.upload.url}}", as: null },
  },
  {
    name: "a reservation",
    request: reserve(bytes),
    status: 201,
    body: { upload: { method: "PUT", headers: { "content-type": "image/png" } } },
    headers: { "cache-control": "no-store" },
  },
  {
    name: "an upload that was reserved and never came",
    given: { reserved: reserve(bytes) },
    request: { method: "POST", path: "/uploads/{{reserved.input_asset_id}}/complete" },
    status: 422,
    code: "asset_unusable",
  },
  {
    name: "another's reservation",
    given: { reserved: reserve(bytes) },
    request: { method: "POST", path: "/uploads/{{reserved.input_asset_id}}/complete", as: "bob" },
    status: 404,
    code: "not_found",
  },
];

/** Files out, whole and in part; links; files in. */
export const fileCases: readonly HostCase[] = [...ranges, ...signatures, ...writing];
