/** A request as it comes in at a gateway. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  /** In their order; a name may come more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Where the tests' clients are. */
export const clientAddress = "203.0.113.7";

/** Takes a `Request` apart. The headers are added that a socket and a gateway add. */
export async function sent(request: Request): Promise<SentRequest> {
  const url = new URL(request.url);
  return {
    method: request.method,
    url,
    headers: [
      ...request.headers,
      ["host", url.host],
      ["x-forwarded-for", `198.51.100.1, ${clientAddress}`],
      ["x-forwarded-port", "443"],
      ["x-forwarded-proto", "https"],
    ],
    body: Buffer.from(await request.arrayBuffer()),
  };
}

/** The values of each name. */
export function grouped(pairs: Iterable<readonly [string, string]>): Record<string, string[]> {
  // Without a prototype: a name may be `__proto__`.
  const groups: Record<string, string[]> = Object.create(null);
  for (const [name, value] of pairs) groups[name] = [...(groups[name] ?? []), value];
  return groups;
}

/** The last value of each name: what is left where only one has a place. */
export function lastOf(groups: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, values]) => [name, values.at(-1) ?? ""]));
}

/** The pairs of a query as they were written. */
export function rawQuery(url: URL): [string, string][] {
  return url.search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      return at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    });
}

/** Bytes that are no text cannot stand in JSON: they come in base64, whatever their type says. */
export function textOrBase64(body: Buffer, isText: boolean): { body: string; isBase64Encoded: boolean } {
  const text = body.toString();
  const arrives = isText && Buffer.from(text).equals(body);
  return arrives
    ? { body: text, isBase64Encoded: false }
    : { body: body.toString("base64"), isBase64Encoded: true };
}
