/** What a body parser in front of us leaves on a request. */
export interface ParsedRequest {
  readonly readableEnded: boolean;
  body?: unknown;
  rawBody?: unknown;
}

/**
 * Gives a body back that a parser in front of us has read: a stream can be read once only.
 *
 * The exact bytes are lost unless the parser kept them (`verify: (req, res, bytes) => { req.rawBody = bytes }`), so
 * JSON is written anew. What the parser forgave (two equal keys) we cannot refuse any more.
 */
export function restoreBody(request: ParsedRequest): void {
  if (Buffer.isBuffer(request.rawBody) || !request.readableEnded || request.body === undefined) return;
  const { body } = request;
  if (Buffer.isBuffer(body)) request.rawBody = body;
  else request.rawBody = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}
