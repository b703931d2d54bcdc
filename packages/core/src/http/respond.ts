/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** What every answer carries, set last so that no route can forget it. */
export interface Envelope {
  readonly requestId: string;
  /** The answer depends on who asks. */
  readonly personal: boolean;
  /** Only the head was asked for. */
  readonly headOnly: boolean;
  /** What a page of another origin is told. */
  readonly cors: Readonly<Record<string, string>>;
}

/** The answer in its envelope. Routes that serve files say themselves how long they may be kept. */
export function finish(response: Response, envelope: Envelope): Response {
  const headers = new Headers(response.headers);
  headers.set("x-request-id", envelope.requestId);
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "no-referrer");
  // No page of another site can pull an answer in as if it were a picture or a script.
  if (!headers.has("cross-origin-resource-policy"))
    headers.set("cross-origin-resource-policy", "same-origin");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  if (envelope.personal) headers.append("vary", "Authorization");
  // Always: an answer kept for a page that sent no `Origin` must not be given to one that does.
  headers.append("vary", "Origin");
  for (const [name, value] of Object.entries(envelope.cors)) headers.set(name, value);
  const { status, statusText } = response;
  if (!envelope.headOnly) return new Response(response.body, { status, statusText, headers });
  // A body that nobody reads would keep its source open.
  response.body?.cancel().catch(() => undefined);
  return new Response(null, { status, statusText, headers });
}
