import type { Dice } from "../generations/scheduler.ts";
import type { Change } from "./change-json.ts";
import { oddText, oneOf } from "./odd-values.ts";

/** Headers that we or somebody in front of us reads, with what they are not meant to say. */
const oddHeaders: Readonly<Record<string, readonly string[]>> = {
  "content-type": [
    "",
    "application/json",
    "application/json; charset=utf-8",
    "application/json; charset=utf-16",
    'application/json; charset="UTF-8"',
    "APPLICATION/JSON",
    "application/json, text/html",
    "application/jsonp",
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=form-boundary",
    "multipart/mixed; boundary=x",
    "image/png",
    "image/svg+xml",
    ";",
    "x".repeat(5000),
  ],
  "content-length": ["0", "1", "-1", "+5", "1e3", "0x10", "99999999999999999999", "5, 5", "abc", "", "NaN"],
  "content-encoding": ["gzip", "br", "identity", "gzip, gzip", "deflate", "", "x", "IDENTITY"],
  "transfer-encoding": ["chunked", "gzip, chunked", "x"],
  "idempotency-key": [
    "",
    " ",
    "k",
    "a,b",
    "k".repeat(255),
    "k".repeat(256),
    "\u00e9",
    "\t",
    '"quoted"',
    "{}",
  ],
  prefer: [
    "wait=0",
    "wait=1",
    "wait=-1",
    "wait=999999999999",
    'wait="1"',
    "wait=1, wait=2",
    "respond-async",
    "wait",
    ",;=,",
    "wait=1e9",
  ],
  "last-event-id": ["0", "1", "-1", "99999999999999999", "1.5", "abc", "", "1e9", " 1", "0x1"],
  range: [
    "bytes=0-",
    "bytes=-1",
    "bytes=-0",
    "bytes=0-0",
    "bytes=5-1",
    "bytes=0-0,2-3",
    "bytes=99999999999999999999-",
    "items=0-1",
    "bytes=a-b",
    "bytes",
    "",
  ],
  "if-range": ['"x"', "*", "Wed, 21 Oct 2015 07:28:00 GMT"],
  "if-none-match": ["*", '"x"', 'W/"x", "y"', ""],
  authorization: [
    "",
    "Bearer",
    "Bearer ",
    "Bearer a.b.c",
    "Bearer ....",
    "Basic YTpi",
    "bearer x",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.",
    `Bearer ${"a".repeat(9000)}`,
    "Bearer \u00e9",
  ],
  accept: ["text/event-stream", "application/xml", "*/*;q=0", "x".repeat(3000)],
  "accept-encoding": ["gzip", "identity;q=0", "*;q=0"],
  host: ["127.0.0.1", "evil.example.com", ""],
  origin: ["null", "https://evil.example.com", "x"],
  "x-request-id": ["", "short", "x".repeat(65), "a b", "<script>", "12345678"],
  "x-forwarded-for": ["127.0.0.1", "::1, 10.0.0.1", "unknown", "x".repeat(3000), ","],
  forwarded: ["for=127.0.0.1", 'for="[::1]"', ";;"],
  "x-http-method-override": ["DELETE", "GET"],
  cookie: ["a=b", "x".repeat(9000)],
  expect: ["100-continue", "x"],
  connection: ["close", "upgrade", "content-type"],
  upgrade: ["websocket", "h2c"],
};

/** A header's value that nobody expects. Not every one can be sent: then another request is drawn. */
const put = (headers: Map<string, string>, name: string, dice: Dice) =>
  void headers.set(name, oneOf(dice, oddHeaders[name] as readonly string[]));

/** What happens to headers, the query, the path and the method. */
export const headChanges: Readonly<Record<string, Change>> = {
  "an odd header": ({ headers }, dice) => {
    put(headers, oneOf(dice, Object.keys(oddHeaders)), dice);
    return true;
  },
  "an odd header of its own": ({ headers }, dice) => {
    const own = [...headers.keys()].filter((name) => oddHeaders[name] !== undefined);
    if (own.length === 0) return false;
    put(headers, oneOf(dice, own), dice);
    return true;
  },
  "a header less": ({ headers }, dice) =>
    headers.size > 0 && headers.delete(oneOf(dice, [...headers.keys()])),
  "a header with more behind it": ({ headers }, dice) => {
    if (headers.size === 0) return false;
    const name = oneOf(dice, [...headers.keys()]);
    headers.set(
      name,
      `${headers.get(name)}${oneOf(dice, [", x", ";", " ", "=", "A", `, ${headers.get(name)}`])}`,
    );
    return true;
  },
  "a token with another letter": ({ headers }, dice) => {
    const token = headers.get("authorization");
    if (token === undefined) return false;
    const at = 7 + dice.below(Math.max(1, token.length - 7));
    headers.set(
      "authorization",
      `${token.slice(0, at)}${oneOf(dice, ["A", "-", ".", ""])}${token.slice(at + 1)}`,
    );
    return true;
  },
  "an odd parameter": ({ query }, dice) => {
    const name = oneOf(dice, [
      "limit",
      "cursor",
      "wait",
      "version",
      "service",
      "ticket",
      "expires",
      "signature",
      "x",
    ]);
    query.push([name, encodeURIComponent(oddText(dice).toWellFormed().slice(0, 3000))]);
    return true;
  },
  "a parameter of another value": ({ query }, dice) => {
    if (query.length === 0) return false;
    const pair = oneOf(dice, query);
    pair[1] = oneOf(dice, [
      "",
      "0",
      "-1",
      "1",
      "1.5",
      "1e3",
      "99999999999999999999",
      "abc",
      "%zz",
      "%00",
      "%ff",
      "a&b=c",
      pair[1].slice(1),
      `${pair[1]}A`,
    ]);
    return true;
  },
  "a parameter twice": ({ query }, dice) => {
    if (query.length === 0) return false;
    query.push([...oneOf(dice, query)]);
    return true;
  },
  "a parameter less": ({ query }, dice) =>
    query.length > 0 && query.splice(dice.below(query.length), 1).length > 0,
  "query garbage": ({ query }, dice) => {
    query.push([
      oneOf(dice, [
        "",
        "&&&",
        "__proto__",
        "constructor",
        "%",
        "%00",
        "a[b]",
        "a[]",
        "?",
        "\u00e9",
        "x".repeat(4000),
      ]),
      oneOf(dice, ["", "1", "=", "%c3%28"]),
    ]);
    return true;
  },
  "another path": (draft, dice) => {
    const { path } = draft;
    const at = path.indexOf("/", 1) + 1;
    draft.path = oneOf(dice, [
      `${path}/`,
      `/${path}`,
      path.replaceAll("/", "//"),
      path.toUpperCase(),
      `${path}%2f`,
      `${path}%00`,
      `${path}%zz`,
      `${path}%e0%a4%a`,
      `${path};a=b`,
      `${path}.json`,
      `${path}/../health`,
      `${path}/%2e%2e/${path}`,
      `/api${path}`,
      path.replaceAll("/", "\\"),
      `${path}${"a".repeat(5000)}`,
      `${path}\u00e9`,
      path.slice(0, -1),
      `${path.slice(0, at)}${encodeURIComponent(oddText(dice).toWellFormed().slice(0, 200))}`,
    ]);
    return true;
  },
  "another segment": (draft, dice) => {
    const segments = draft.path.split("/");
    segments[1 + dice.below(segments.length - 1)] = encodeURIComponent(
      oddText(dice).toWellFormed().slice(0, 300),
    );
    draft.path = segments.join("/");
    return true;
  },
  "another method": (draft, dice) => {
    draft.method = oneOf(dice, [
      "GET",
      "HEAD",
      "POST",
      "PUT",
      "PATCH",
      "DELETE",
      "OPTIONS",
      "PROPFIND",
      "get",
      "X",
    ]);
    return true;
  },
};
