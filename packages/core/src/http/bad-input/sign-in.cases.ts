import type { ErrorCode } from "../../contract/error-codes.ts";
import type { BadInputCase } from "./case.ts";

const paths = ["/auth/signup", "/auth/login"] as const;
const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };
const right = { email: "eve@bad.test", password: "long enough to be good" };

/** The same of both routes. */
const both = (name: string, fields: object, pointer: string): BadInputCase[] =>
  paths.map((path) => ({
    name: `${name} at ${path}`,
    request: { method: "POST", path, json: { ...right, ...fields }, as: null },
    status: 400,
    code: "validation_failed" as const,
    pointer,
  }));
const one = (name: string, path: string, request: object, status: number, code: ErrorCode): BadInputCase => ({
  name: `${name} at ${path}`,
  request: { method: "POST", path, as: null, ...request },
  status,
  code,
});

/** Addresses and passwords. */
export const signInCases: readonly BadInputCase[] = [
  ...both("no address", { email: undefined }, "/email"),
  ...both("an address that is none", { email: "eve" }, "/email"),
  ...both("an address with a line in it", { email: "eve@bad.test\nBcc: all@bad.test" }, "/email"),
  ...both("an address that is too long", { email: `${"e".repeat(250)}@bad.test` }, "/email"),
  ...both("a list of addresses", { email: ["eve@bad.test"] }, "/email"),
  ...both("no password", { password: undefined }, "/password"),
  ...both("an empty password", { password: "" }, "/password"),
  ...both("a password that is a number", { password: 12345678 }, "/password"),
  ...both("a password of 257 characters", { password: "p".repeat(257) }, "/password"),
  ...both("a password with U+0000", { password: "long enough\u0000" }, "/password"),
  ...both("a password with a lone surrogate", { password: "long enough\ud800" }, "/password"),
  ...both("a role", { role: "service_role" }, "/role"),
  ...both("metadata of its own", { app_metadata: { genbff_admin: true } }, "/app_metadata"),
  ...both("an empty captcha", { captcha_token: "" }, "/captcha_token"),
  ...paths.flatMap((path) => [
    one("a form", path, { body: "email=eve%40bad.test", headers: form }, 415, "unsupported_media_type"),
    one("a list", path, { body: "[]", headers: json }, 400, "invalid_json"),
    one("GET", path, { method: "GET" }, 405, "method_not_allowed"),
  ]),
  one("a weak password", "/auth/signup", { json: { ...right, password: "short" } }, 422, "weak_password"),
  one("a password of nobody's", "/auth/login", { json: right }, 401, "invalid_credentials"),
];
