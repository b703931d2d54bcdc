import { expect, it } from "vitest";
import { jwtAuth } from "./jwt-auth.ts";
import type { JwtAuthOptions } from "./jwt-options.ts";

const secret = "a secret of at least thirty-two letters";
const keys = { jwksUrl: "https://ours.example/jwks.json", issuer: "https://ours.example", audience: "api" };
const publicKey = `-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----`;

// Options come from environments too, where no compiler looks.
it.each([
  { given: {}, word: "secret or a jwksUrl" },
  { given: { secret: undefined }, word: "secret or a jwksUrl" },
  { given: { secret: "" }, word: "32" },
  { given: { secret: "short" }, word: "32" },
  { given: { secret: publicKey }, word: "public key" },
  { given: { secret: '{"kty":"OKP","crv":"Ed25519","x":"GRv0RApYTN_oVBusFn3DuWyF"}' }, word: "public key" },
  { given: { secret: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7" }, word: "public key" },
  { given: { secret, ...keys }, word: "migrating" },
  { given: { secret, ...keys, migrating: false }, word: "migrating" },
  { given: { ...keys, secret: "short", migrating: true }, word: "32" },
  { given: { ...keys, jwksUrl: "" }, word: "URL" },
  { given: { ...keys, jwksUrl: "/jwks.json" }, word: "URL" },
  { given: { ...keys, jwksUrl: "https://ada:word@ours.example/jwks.json" }, word: "URL" },
  { given: { ...keys, jwksUrl: "http://ours.example/jwks.json" }, word: "https" },
  { given: { ...keys, jwksUrl: "http://127.0.0.1.example.com/jwks.json" }, word: "https" },
  { given: { ...keys, jwksUrl: "file:///etc/jwks.json" }, word: "https" },
  { given: { ...keys, jwksUrl: "data:application/json,{}" }, word: "https" },
  { given: { ...keys, algorithms: [] }, word: "algorithms" },
  { given: { ...keys, algorithms: ["HS256"] }, word: "algorithms" },
  { given: { ...keys, algorithms: ["ES256", "none"] }, word: "algorithms" },
  { given: { ...keys, algorithms: "ES256" }, word: "algorithms" },
  { given: { ...keys, issuer: undefined }, word: "issuer" },
  { given: { ...keys, issuer: "" }, word: "issuer" },
  { given: { ...keys, audience: undefined }, word: "audience" },
  { given: { ...keys, audience: "" }, word: "audience" },
  { given: { secret, issuer: "" }, word: "issuer" },
  { given: { secret, audience: "" }, word: "audience" },
  { given: { secret, skewS: 31 }, word: "skewS" },
  { given: { secret, skewS: -1 }, word: "skewS" },
  { given: { secret, skewS: Number.NaN }, word: "skewS" },
  { given: { secret, adminClaim: "user_metadata" }, word: "adminClaim" },
  { given: { secret, adminClaim: ["user_metadata", "admin"] }, word: "adminClaim" },
])("refuses to start with $given", ({ given, word }) => {
  expect(() => jwtAuth(given as unknown as JwtAuthOptions)).toThrow(word);
});

it("says nothing of the secret that it refuses", () => {
  expect(() => jwtAuth({ secret: "short-and-secret" })).toThrow(/^(?!.*short-and-secret)/);
});

it("does not even compile where the compiler can see it", () => {
  const { jwksUrl, issuer, audience } = keys;
  const unsafe = [
    // @ts-expect-error neither a secret nor published keys
    () => jwtAuth({}),
    // @ts-expect-error both without a migration
    () => jwtAuth({ jwksUrl, issuer, audience, secret }),
    // @ts-expect-error any issuer's tokens
    () => jwtAuth({ jwksUrl, audience }),
    // @ts-expect-error tokens for anybody
    () => jwtAuth({ jwksUrl, issuer }),
    // @ts-expect-error a secret's algorithm by a published key
    () => jwtAuth({ jwksUrl, issuer, audience, algorithms: ["HS256"] }),
  ];
  for (const start of unsafe) expect(start).toThrow("jwtAuth");
});

it("starts with what is safe, and asks nobody for anything", () => {
  const safe: JwtAuthOptions[] = [
    { secret },
    { ...keys },
    { ...keys, audience: false, algorithms: ["ES256"] as const },
    { ...keys, jwksUrl: "http://127.0.0.1:9999/jwks.json" },
    { ...keys, jwksUrl: "http://[::1]:9999/jwks.json" },
    { ...keys, secret, migrating: true },
  ];
  for (const options of safe) expect(jwtAuth(options).authenticate).toBeTypeOf("function");
});
