/** SQLSTATE, or its beginning → HTTP status. The first that fits counts. */
const statuses: readonly (readonly [string, number])[] = [
  ["08", 503],
  ["09", 500],
  ["0L", 403],
  ["0P", 403],
  ["23503", 409],
  ["23505", 409],
  ["25006", 405],
  ["25", 500],
  ["28", 403],
  ["2D", 500],
  ["38", 500],
  ["39", 500],
  ["3B", 500],
  ["40", 500],
  ["53400", 500],
  ["53", 503],
  ["54", 500],
  ["55", 500],
  ["57", 500],
  ["58", 500],
  ["F0", 500],
  ["HV", 500],
  ["P0001", 400],
  ["P0", 500],
  ["XX", 500],
  ["42883", 404],
  ["42P01", 404],
  ["42P17", 500],
];

/**
 * The HTTP status that PostgREST gives to an error of Postgres.
 *
 * By https://docs.postgrest.org/en/v14/references/errors.html, "HTTP Status Codes" and "RAISE errors with HTTP Status Codes".
 *
 * @param anonymous - Whether the request came without a token: what is not allowed is a 401 then.
 */
export function statusOf(sqlState: string, anonymous: boolean): number {
  const own = /^PT(\d{3})$/.exec(sqlState);
  if (own) return Number(own[1]);
  if (sqlState === "42501") return anonymous ? 401 : 403;
  return statuses.find(([beginning]) => sqlState.startsWith(beginning))?.[1] ?? 400;
}
