import { describe, expect, it } from "vitest";
import { authHeaders, checkConnection } from "./connection.ts";

const connection = { vendor: "acme", baseUrl: "https://acme.example/v1//", apiKey: "key" };

describe("a connection", () => {
  it.each([
    [{}, { authorization: "Bearer key" }],
    [{ auth: { header: "authorization", scheme: "Key" } }, { authorization: "Key key" }],
    [{ auth: { header: "x-api-key", scheme: "" } }, { "x-api-key": "key" }],
    [{ apiKey: "" }, {}],
  ])("with %j proves who we are by %j", (different, headers) => {
    expect(authHeaders({ ...connection, ...different })).toEqual(headers);
  });

  it("keeps how its key is sent, and has no slash at the end", () => {
    const auth = { header: "x-api-key", scheme: "" };
    expect(checkConnection({ ...connection, auth })).toEqual({
      ...connection,
      auth,
      baseUrl: "https://acme.example/v1",
    });
  });
});
