import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type JwksServer, startJwksServer } from "../../../packages/core/src/testing/auth/jwks-server.ts";
import {
  makeToken,
  type PublishedSigner,
  publishedSigner,
} from "../../../packages/core/src/testing/auth/token-signer.ts";
import {
  createSupabaseProject,
  jwtSecret,
  keyOf,
  type SupabaseProject,
} from "../../../packages/core/src/testing/postgrest/supabase-project.ts";
import {
  openStorage,
  type StorageStandIn,
} from "../../../packages/core/src/testing/supabase-storage/stand-in.ts";
import { type Accounts, openAccounts } from "./supabase-accounts.ts";

/** A whole project behind one address, as Supabase's gateway shows it: rows, files, accounts and the keys of users' tokens. */
export interface SupabaseGate {
  readonly url: string;
  readonly project: SupabaseProject;
  /** Keys of the project's own, by role. */
  readonly keyOf: typeof keyOf;
  /** The access token of a signed-in user. */
  tokenOf(userId: string, issuer?: string): Promise<string>;
  readonly accounts: Accounts;
  close(): Promise<void>;
}

/** Opens one without a schema, with private buckets. */
export async function openSupabaseGate(buckets: readonly string[]): Promise<SupabaseGate> {
  const key = await publishedSigner("ES256", "of this project");
  const ownTokenOf = (userId: string, iss = `${url}/auth/v1`) => tokenOf(key, userId, iss);
  const [project, storage, issuer, accounts] = await Promise.all([
    createSupabaseProject({ empty: true }),
    openStorage({
      secret: jwtSecret,
      buckets: Object.fromEntries(buckets.map((bucket) => [bucket, {}])),
    }),
    startJwksServer([key.jwk]),
    openAccounts((userId) => ownTokenOf(userId)),
  ]);
  const services = {
    "/rest/": project.postgrest.url,
    "/storage/": storage.url,
    "/auth/v1/.well-known/": issuer.url,
    "/auth/": accounts.url,
  };
  const server = createServer((asked, answer) => {
    const found = Object.entries(services).find(([path]) => asked.url?.startsWith(path));
    if (found === undefined) answer.writeHead(404).end();
    else handOn(asked, answer, found[1]);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    project,
    keyOf,
    tokenOf: ownTokenOf,
    accounts,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, closeAll(project, storage, issuer, accounts)]);
    },
  };
}

/** Both ways as streams: what breaks off on one side breaks off on the other. */
function handOn(asked: IncomingMessage, answer: ServerResponse, origin: string): void {
  const { method, headers } = asked;
  const behind = request(new URL(asked.url ?? "/", origin), { method, headers }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(answer);
    answered.on("error", () => answer.destroy());
  });
  behind.on("error", () => answer.destroy());
  answer.on("close", () => behind.destroy());
  asked.pipe(behind);
}

function tokenOf(key: PublishedSigner, userId: string, iss: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss, aud: "authenticated", role: "authenticated", sub: userId, iat: now, exp: now + 600 };
  return makeToken(key, claims);
}

async function closeAll(
  ...parts: readonly (SupabaseProject | StorageStandIn | JwksServer | Accounts)[]
): Promise<void> {
  await Promise.all(parts.map((part) => part.close()));
}
