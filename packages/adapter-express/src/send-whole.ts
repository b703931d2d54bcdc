import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** What is needed of an answer of `node:http`. */
interface Outgoing {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: Uint8Array): unknown;
}

/**
 * Sends an answer that is JSON in one piece, with its length. Anything else is left to the bridge, which asks a body
 * piece by piece whether there is more.
 */
export async function sendWhole(response: Response, outgoing: Outgoing): Promise<Response> {
  if (response.body === null || response.headers.get("content-type") !== "application/json") return response;
  const body = Buffer.from(await response.arrayBuffer());
  const headers: Record<string, string> = { "content-length": String(body.byteLength) };
  for (const [name, value] of response.headers) headers[name] = value;
  outgoing.writeHead(response.status, headers);
  outgoing.end(body);
  return RESPONSE_ALREADY_SENT;
}
