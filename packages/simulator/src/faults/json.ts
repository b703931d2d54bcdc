/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy of a JSON value with each text and number replaced by what `change` makes of it. */
export function mapLeaves(
  value: unknown,
  change: (leaf: string | number, key: string) => unknown,
  key = "",
): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, change, key));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, mapLeaves(item, change, name)]),
    );
  }
  return typeof value === "string" || typeof value === "number" ? change(value, key) : value;
}

/** Whether an answer is JSON. */
export function isJson(response: Response): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\b/.test(response.headers.get("content-type") ?? "");
}

/** The same answer with another body. */
export function withBody(response: Response, body: string | Uint8Array): Response {
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return new Response(typeof body === "string" ? body : new Uint8Array(body), {
    status: response.status,
    headers,
  });
}
