import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

/** The project that docs/authentication.md speaks of, as far as its published keys go. */
export const project = "https://abcdefghijklmnopqrst.supabase.co";

/** Publishes its keys, and has signed in one user. */
export async function startIssuer(): Promise<{ url: string; token: string; close(): Promise<void> }> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256", use: "sig" }];
  const token = await new SignJWT({ role: "authenticated" })
    .setProtectedHeader({ alg: "ES256", kid: "one" })
    .setIssuer(`${project}/auth/v1`)
    .setAudience("authenticated")
    .setSubject("0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111")
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(privateKey);
  const server = createServer((request, response) => {
    const isKeys = request.url === "/auth/v1/.well-known/jwks.json";
    response
      .writeHead(isKeys ? 200 : 404, { "content-type": "application/json" })
      .end(JSON.stringify(isKeys ? { keys } : {}));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
