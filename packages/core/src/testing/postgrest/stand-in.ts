import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "pg";
import { type Answer, failed } from "./answer.ts";
import { callFunction } from "./call-function.ts";
import { schemaCache } from "./functions.ts";
import { callerOf } from "./impersonate.ts";
import { askRelation } from "./relations.ts";

/** PostgREST, played. */
export interface PostgrestStandIn {
  /** What a project's URL is to supabase-js: PostgREST answers below `/rest/v1`. */
  readonly url: string;
  /** How many requests have come. */
  readonly requests: () => number;
  close(): Promise<void>;
}

/**
 * What PostgREST publishes of functions: `POST /rpc/<name>` with named arguments as a JSON object, for functions of `public`.
 * Of tables and views what clients try past the server: `./relations.ts`. No GET of functions, no
 * `Accept`, no isolation levels of roles.
 *
 * @param databaseUrl - As a role that may become the others, and nothing more, as Supabase's `authenticator`.
 * @param secret - Of HS256, for tokens.
 * @param port - Any free one by default.
 */
export async function openPostgrest(
  databaseUrl: string,
  secret: string,
  port = 0,
): Promise<PostgrestStandIn> {
  const pool = new Pool({ connectionString: databaseUrl, max: 10, connectionTimeoutMillis: 10_000 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  const schema = schemaCache(pool);
  let requests = 0;

  async function answer(request: IncomingMessage): Promise<Answer> {
    const name = /^\/rest\/v1\/rpc\/([^/?]+)$/.exec(request.url ?? "")?.[1];
    const relation = /^\/rest\/v1\/([^/?]+)(?:\?|$)/.exec(request.url ?? "")?.[1];
    if (relation !== undefined) {
      const caller = await callerOf(request.headers.authorization, secret);
      return "status" in caller ? caller : askRelation(pool, caller, request, await read(request));
    }
    if (name === undefined) return failed(404, "PGRST125", "Invalid path specified in request URL");
    if (request.method !== "POST")
      return failed(405, "PGRST101", `Cannot use the ${request.method} method on RPC`);
    const profile = request.headers["content-profile"] ?? "public";
    if (profile !== "public") return failed(406, "PGRST106", `Invalid schema: ${profile}`);
    const caller = await callerOf(request.headers.authorization, secret);
    if ("status" in caller) return caller;
    const body = await read(request);
    const names = namesIn(body);
    if (names === undefined) return failed(400, "PGRST102", "Empty or invalid json");
    const target = await schema.find(decodeURIComponent(name), names);
    if ("status" in target) return target;
    return callFunction(pool, caller, { target, names, body });
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const { status, body } = await answer(request).catch((error: Error) =>
      failed(503, "PGRST002", "Could not query the database for the schema cache.", {
        details: error.message,
      }),
    );
    response.writeHead(
      status,
      body === undefined ? {} : { "content-type": "application/json; charset=utf-8" },
    );
    response.end(body);
  }

  const server = createServer((request, response) => void respond(request, response));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, pool.end()]);
    },
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

/** The keys of a JSON object; undefined: it is none. */
function namesIn(body: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.keys(value)
      : undefined;
  } catch {
    return undefined;
  }
}
