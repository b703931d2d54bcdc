/** What a request is answered with: a status, and JSON or nothing. */
export interface Answer {
  readonly status: number;
  /** JSON as text: a number of the database passes through no parser of ours. */
  readonly body?: string;
}

/** PostgREST's error body. */
export function failed(
  status: number,
  code: string,
  message: string,
  more: { details?: string | null; hint?: string | null } = {},
): Answer {
  const { details = null, hint = null } = more;
  return { status, body: JSON.stringify({ code, details, hint, message }) };
}
