import { DatabaseError, escapeIdentifier, escapeLiteral, type Pool, type PoolClient } from "pg";
import { type Answer, failed } from "./answer.ts";
import type { CatalogueFunction } from "./functions.ts";
import type { Caller } from "./impersonate.ts";
import { statusOf } from "./status.ts";

/** One call as it was asked for. */
export interface FunctionCall {
  readonly target: CatalogueFunction;
  readonly names: readonly string[];
  /** The request's body as it came. */
  readonly body: string;
}

/**
 * Calls a function in a transaction of its own, as the caller's role.
 *
 * By https://docs.postgrest.org/en/v14/references/transactions.html ("Access Mode on Functions", "Transaction-Scoped
 * Settings", "Function Settings") and https://docs.postgrest.org/en/v14/references/api/functions.html.
 */
export function callFunction(pool: Pool, caller: Caller, call: FunctionCall): Promise<Answer> {
  return asCaller(pool, caller, call.target, async (client) => {
    const { rows } = await client.query<{ body: string }>(mainQuery(call));
    return call.target.isVoid ? { status: 204 } : { status: 200, body: rows[0]?.body ?? "null" };
  });
}

/** How a transaction is opened. */
type Access = Pick<CatalogueFunction, "volatile" | "statementTimeout">;

/** Works in a transaction of the caller's role; what Postgres says against it is answered as PostgREST does. */
export async function asCaller(
  pool: Pool,
  caller: Caller,
  access: Access,
  work: (client: PoolClient) => Promise<Answer>,
): Promise<Answer> {
  let client: PoolClient | undefined;
  try {
    client = await pool.connect();
    await client.query(opening(caller, access));
    const answer = await work(client);
    await client.query("commit");
    client.release();
    return answer;
  } catch (error) {
    await client?.query("rollback").then(
      () => client?.release(),
      () => client?.release(true), // the connection is gone, and the transaction with it
    );
    return answerTo(error, caller);
  }
}

function opening({ role, claims }: Caller, { volatile, statementTimeout }: Access): string {
  const settings: Record<string, string> = {
    role,
    search_path: '"public", "extensions"',
    "request.jwt.claims": JSON.stringify(claims),
    ...(statementTimeout === null ? {} : { statement_timeout: statementTimeout }),
  };
  const list = Object.entries(settings).map(
    ([name, value]) => `set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`,
  );
  return `begin isolation level read committed ${volatile ? "read write" : "read only"}; select ${list.join(", ")}`;
}

/** Each key of the JSON object is an argument, read by its parameter's type; the answer is the value as JSON, or the rows. */
function mainQuery({ target, names, body }: FunctionCall): { text: string; values: string[] } {
  const type = (name: string) => target.parameters.find((each) => each.name === name)?.type ?? "text";
  const columns = names.map((name) => `${escapeIdentifier(name)} ${type(name)}`).join(", ");
  const list = names.map((name) => `${escapeIdentifier(name)} => body.${escapeIdentifier(name)}`).join(", ");
  const call = `public.${escapeIdentifier(target.name)}(${list})`;
  const value = target.isVoid ? `${call}::text` : `coalesce(to_json(${call})::text, 'null')`;
  if (target.isSet) {
    const rows = "select coalesce(json_agg(found), '[]')::text as body";
    if (names.length === 0) return { text: `${rows} from ${call} as found`, values: [] };
    const given = `json_to_record($1::json) as body (${columns})`;
    return { text: `${rows} from ${given}, lateral ${call} as found`, values: [body] };
  }
  if (names.length === 0) return { text: `select ${value} as body`, values: [] };
  return {
    text: `select ${value} as body from json_to_record($1::json) as body (${columns})`,
    values: [body],
  };
}

function answerTo(error: unknown, { role }: Caller): Answer {
  if (error instanceof DatabaseError && error.code !== undefined) {
    const { code, message, detail, hint } = error;
    return failed(statusOf(code, role === "anon"), code, message, {
      details: detail ?? null,
      hint: hint ?? null,
    });
  }
  const { message } = error as Error;
  if (message.startsWith("timeout exceeded"))
    return failed(504, "PGRST003", "Timed out acquiring connection from connection pool.");
  return failed(503, "PGRST001", "Database client error. Retrying the connection.", { details: message });
}
