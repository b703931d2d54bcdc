import type { IncomingMessage } from "node:http";
import { escapeIdentifier, type Pool } from "pg";
import { type Answer, failed } from "./answer.ts";
import { asCaller } from "./call-function.ts";
import type { Caller } from "./impersonate.ts";

/** A statement with its values. */
interface Statement {
  readonly text: string;
  readonly values: readonly string[];
  readonly status: number;
}

/**
 * Reads and writes rows of a relation of `public` as the caller's role, without giving back what was written:
 * `GET ?select=a,b`, `POST` of one object, `PATCH` and `DELETE`, each with `?column=eq.value`.
 *
 * By https://docs.postgrest.org/en/v14/references/api/tables_views.html: "Read", "Horizontal Filtering" (`eq` alone), "Insert",
 * "Update" and "Delete", with `return=minimal`.
 */
export async function askRelation(
  pool: Pool,
  caller: Caller,
  request: IncomingMessage,
  body: string,
): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://postgrest");
  const relation = `public.${escapeIdentifier(decodeURIComponent(pathname.replace("/rest/v1/", "")))}`;
  const statement = toStatement(request.method ?? "", relation, searchParams, body);
  if (statement === undefined) return failed(405, "PGRST117", `Unsupported HTTP method: ${request.method}`);
  const { text, values, status } = statement;
  const access = { volatile: request.method !== "GET", statementTimeout: null };
  return asCaller(pool, caller, access, async (client) => {
    const { rows } = await client.query<{ body: string }>(text, [...values]);
    return status === 200 ? { status, body: rows[0]?.body ?? "[]" } : { status };
  });
}

function toStatement(
  method: string,
  relation: string,
  query: URLSearchParams,
  body: string,
): Statement | undefined {
  const filters = [...query].filter(([name]) => name !== "select" && name !== "columns");
  const values = filters.map(([, value]) => value.replace(/^eq\./, ""));
  const where = (from: number) =>
    filters.length === 0
      ? ""
      : ` where ${filters.map(([name], at) => `${escapeIdentifier(name)}::text = $${at + from}`).join(" and ")}`;
  switch (method) {
    case "GET": {
      const columns = (query.get("select") ?? "*")
        .split(",")
        .map((name) => (name === "*" ? name : escapeIdentifier(name)));
      const rows = `select ${columns.join(", ")} from ${relation}${where(1)}`;
      return {
        text: `select coalesce(json_agg(found), '[]')::text as body from (${rows}) found`,
        values,
        status: 200,
      };
    }
    case "POST": {
      const columns = columnsIn(body);
      const text = `insert into ${relation} (${columns}) select ${columns} from json_populate_record(null::${relation}, $1::json)`;
      return { text, values: [body], status: 201 };
    }
    case "PATCH": {
      const columns = columnsIn(body);
      const text = `update ${relation} set (${columns}) = (select ${columns} from json_populate_record(null::${relation}, $1::json))${where(2)}`;
      return { text, values: [body, ...values], status: 204 };
    }
    case "DELETE":
      return { text: `delete from ${relation}${where(1)}`, values, status: 204 };
  }
}

const columnsIn = (body: string) =>
  Object.keys(JSON.parse(body) as object)
    .map(escapeIdentifier)
    .join(", ");
