import { SignJWT } from "jose";
import { expect, it } from "vitest";
import { authSuite } from "../testing/auth-suite.ts";
import { testSecret, testToken } from "../testing/test-bff.ts";
import { jwtAuth } from "./jwt-auth.ts";

authSuite("jwtAuth", {
  auth: jwtAuth({ secret: testSecret }),
  tokenOf: testToken,
  refused: [
    {
      name: "an algorithm that nobody chose",
      authorization: async () => {
        const claims = new SignJWT({ sub: "ada", exp: Math.floor(Date.now() / 1000) + 600 });
        const key = new TextEncoder().encode(testSecret);
        return `Bearer ${await claims.setProtectedHeader({ alg: "HS512" }).sign(key)}`;
      },
      code: "invalid_token",
    },
  ],
});

authSuite("jwtAuth with an issuer and an audience", {
  auth: jwtAuth({ secret: testSecret, issuer: "https://ours", audience: "api" }),
  tokenOf: (userId, claims) => testToken(userId, { iss: "https://ours", aud: ["api", "more"], ...claims }),
  refused: [
    {
      name: "another issuer",
      authorization: async () => `Bearer ${await testToken("ada", { iss: "https://theirs", aud: "api" })}`,
      code: "invalid_token",
    },
    {
      name: "another audience",
      authorization: async () => `Bearer ${await testToken("ada", { iss: "https://ours", aud: "shop" })}`,
      code: "invalid_token",
    },
  ],
});

it("makes an admin of the claim that was configured, and of nothing but true", async () => {
  const auth = jwtAuth({ secret: testSecret, adminClaim: "operator" });
  const ask = async (claims: Record<string, unknown>) => {
    const headers = { authorization: `Bearer ${await testToken("ada", claims)}` };
    return (await auth.authenticate(new Request("http://auth.test", { headers }))).admin;
  };
  expect(await ask({ operator: true })).toBe(true);
  expect(await ask({ operator: "true" })).toBe(false);
  expect(await ask({ admin: true })).toBe(false);
});

it("refuses to start with a short secret", () => {
  expect(() => jwtAuth({ secret: "short" })).toThrow("32");
});
