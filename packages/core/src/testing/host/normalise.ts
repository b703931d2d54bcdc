/** An answer without what differs from play to play, so that two hosts' can be compared. */
export interface NormalisedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, the text of anything else that is text, or bytes as hexadecimals. */
  readonly body: unknown;
}

/** What the connection is about, and not the answer. */
const ofTheHost = new Set(["connection", "keep-alive", "date", "transfer-encoding", "content-length"]);

/** What is made anew in each play. The first that fits counts. */
const moving: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<time>"],
  [/expires=\d+/g, "expires=<s>"],
  [/signature=[\w-]+/g, "signature=<signature>"],
  [/max-age=\d+/g, "max-age=<s>"],
  [/("version"|"next_poll_ms"):\d+/g, '$1:"<n>"'],
  [/"id":"\d+"/g, '"id":"<n>"'],
  [/("ticket"|"next_cursor"):"[^"]+"/g, '$1:"<signed>"'],
];

/** @param own - Texts of this play's own, and what stands for each. */
export async function normalise(
  response: Response,
  own: readonly (readonly [string, string])[],
  read: (response: Response) => Promise<Uint8Array>,
): Promise<NormalisedAnswer> {
  const requestId = response.headers.get("x-request-id");
  const still = (text: string) => {
    // Made by us: it must be the same in the body.
    let result = requestId?.length === 36 ? text.replaceAll(requestId, "<request>") : text;
    for (const [from, to] of own) result = result.replaceAll(from, to);
    for (const [pattern, to] of moving) result = result.replace(pattern, to);
    return result;
  };
  const type = response.headers.get("content-type") ?? "";
  const bytes = await read(response);
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) if (!ofTheHost.has(name)) headers[name] = still(value);
  const etag = headers.etag;
  return {
    status: response.status,
    headers: etag === undefined ? headers : { ...headers, etag: etag.replace(/"[\w-]+"/, '"<version>"') },
    body: bodyOf(bytes, type, still),
  };
}

function bodyOf(bytes: Uint8Array, type: string, still: (text: string) => string): unknown {
  if (bytes.byteLength === 0) return "";
  if (type.startsWith("application/json")) return JSON.parse(still(new TextDecoder().decode(bytes)));
  if (type.startsWith("text/")) return still(new TextDecoder().decode(bytes));
  return Buffer.from(bytes).toString("hex");
}
