import { expect, it } from "vitest";
import { AppError } from "../errors/app-error.ts";
import { corsOrigins, createCors } from "./cors.ts";

// What an answer over HTTP carries, hosts/cases/cors.cases.ts asks on every host.

it.each([
  "*",
  "null",
  "",
  "app.example.com",
  "https://app.example.com/",
  "https://app.example.com/path",
  "https://APP.example.com",
  "https://app.example.com:443",
  "https://*.example.com",
  "https://a.example, https://b.example",
  "file://",
  "chrome-extension://abc",
])("refuses to start with the origin %j", (origin) => {
  expect(() => corsOrigins({ origins: ["https://good.example", origin] })).toThrow("is not an origin");
});

it.each(["https://app.example.com", "http://localhost:5173", "http://127.0.0.1:3000", "http://[::1]:3000"])(
  "takes the origin %j as it is",
  (origin) => expect(corsOrigins({ origins: [origin] })).toEqual(new Set([origin])),
);

const asking = (origin: string) =>
  new Request("http://bff.test/api/tasks", {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "GET" },
  });
const refusal = new AppError("method_not_allowed", { details: { allow: ["GET", "HEAD"] } });

it("says nothing to anybody where no origin is configured", () => {
  const cors = createCors(corsOrigins({ origins: [] }));
  for (const origin of ["null", "*", "http://bff.test", ""]) {
    expect(cors.headersFor(asking(origin))).toEqual({});
    expect(cors.preflight(asking(origin), refusal)).toBeUndefined();
  }
});

it("answers each of several origins with itself alone", () => {
  const cors = createCors(corsOrigins({ origins: ["https://a.example", "https://b.example"] }));
  expect(cors.headersFor(asking("https://b.example"))["access-control-allow-origin"]).toBe(
    "https://b.example",
  );
  expect(cors.headersFor(asking("https://c.example"))).toEqual({});
});
