import type { Shape } from "./events.ts";

/** An answer, as whoever invoked the function wants it written down. */
export interface HttpResult {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/**
 * The largest answer as JSON, its body and about as much for its headers as gateways let through.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (6 MB),
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html (1 MB).
 */
export function resultBytesMax(shape: Shape): number {
  return (shape === "alb" || shape === "alb-multi-value" ? 1 : 6) * 1024 * 1024 - 16 * 1024;
}

/** About the connection, which is the gateway's. */
const ofTheHost = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** What a response says beside its body. Cookies stand apart: only they may not be joined. */
export function headOf(response: Response): { headers: Record<string, string>; cookies: string[] } {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers)
    if (name !== "set-cookie" && !ofTheHost.has(name)) headers[name] = value;
  return { headers, cookies: response.headers.getSetCookie() };
}

/** Writes an answer down; undefined where it is too large for that. Its body is read, or cancelled. */
export async function toResult(response: Response, shape: Shape): Promise<HttpResult | undefined> {
  const bytesMax = resultBytesMax(shape);
  const bytes = await readUpTo(response.body, bytesMax);
  const body = bytes && writeBody(bytes, response.headers);
  if (body === undefined || Buffer.byteLength(JSON.stringify(body.body)) > bytesMax) return undefined;
  return { ...headFor(shape, response), ...body };
}

function headFor(shape: Shape, response: Response): Omit<HttpResult, "body" | "isBase64Encoded"> {
  const { status: statusCode } = response;
  const { headers, cookies } = headOf(response);
  const [cookie] = cookies;
  switch (shape) {
    case "http":
      return { statusCode, headers, ...(cookies.length > 0 ? { cookies } : {}) };
    case "rest":
    case "alb-multi-value":
      return { statusCode, multiValueHeaders: severally(headers, cookies) };
    case "alb":
      // There is one place for it: more than one can be told only with multi-value headers switched on.
      return {
        statusCode,
        headers: cookie === undefined ? headers : { ...headers, "set-cookie": cookie },
      };
  }
}

function severally(
  headers: Record<string, string>,
  cookies: readonly string[],
): Record<string, readonly string[]> {
  const several = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  return cookies.length > 0 ? { ...several, "set-cookie": cookies } : several;
}

async function readUpTo(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (size > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const isText = /^(text\/|application\/(json|javascript|xml)\b|[^;]+\+(json|xml)\b)/i;

/** Texts as they are, everything else in base64. */
function writeBody(bytes: Uint8Array, headers: Headers): Pick<HttpResult, "body" | "isBase64Encoded"> {
  const plain = isText.test(headers.get("content-type") ?? "") && !headers.has("content-encoding");
  if (bytes.byteLength === 0) return { body: "", isBase64Encoded: false };
  if (plain) {
    try {
      return { body: text.decode(bytes), isBase64Encoded: false };
    } catch {
      // Called a text and none: its bytes arrive all the same.
    }
  }
  return { body: Buffer.from(bytes).toString("base64"), isBase64Encoded: true };
}
