import { Buffer } from "node:buffer";

/** JSON as it will be written; a `Verbatim` in it is written as it stands. */
export type Tree = string | number | boolean | null | Verbatim | Tree[] | { [key: string]: Tree };

/** A piece of JSON that no value of this language is written as: `1e400`, `-0`, broken escapes. */
export class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** One part of a form, head and all. */
export interface DraftPart {
  head: string;
  bytes: Uint8Array;
}

/** What a draft carries. */
export type DraftBody =
  | { readonly kind: "json"; tree: Tree }
  | { readonly kind: "form"; readonly parts: DraftPart[]; boundary: string; end: string }
  | { readonly kind: "bytes"; bytes: Uint8Array };

/** A request before it is sent, open to every change. Paths come after `basePath`. */
export interface Draft {
  method: string;
  path: string;
  query: [string, string][];
  readonly headers: Map<string, string>;
  body: DraftBody | undefined;
  /** The transfer breaks after so many bytes. */
  breaksAt?: number;
  /** Bytes of each piece in which the body arrives. */
  pieceBytes?: number;
}

/** The bytes of a body. */
export function bytesOf(body: DraftBody): Uint8Array {
  if (body.kind === "bytes") return body.bytes;
  if (body.kind === "json") return Buffer.from(write(body.tree));
  const delimiter = `--${body.boundary}`;
  const parts = body.parts.flatMap(({ head, bytes }) => [
    Buffer.from(`${delimiter}\r\n${head}\r\n\r\n`),
    bytes,
    Buffer.from("\r\n"),
  ]);
  return Buffer.concat([...parts, Buffer.from(`${delimiter}${body.end}`)]);
}

/** The body as bytes from now on, so that they can be changed one by one. */
export function asBytes(draft: Draft): Uint8Array | undefined {
  if (draft.body === undefined) return undefined;
  const bytes = bytesOf(draft.body);
  draft.body = { kind: "bytes", bytes };
  return bytes;
}

function write(tree: Tree): string {
  if (tree instanceof Verbatim) return tree.text;
  if (Array.isArray(tree)) return `[${tree.map(write).join(",")}]`;
  if (typeof tree !== "object" || tree === null) return JSON.stringify(tree);
  const fields = Object.entries(tree).map(([key, value]) => `${JSON.stringify(key)}:${write(value)}`);
  return `{${fields.join(",")}}`;
}

/** Makes the request, or nothing where no client could send it: a header with a line end, a method that Fetch refuses. */
export function toRequest(draft: Draft, baseUrl: string, signal: AbortSignal): Request | undefined {
  const query = draft.query.map(([name, value]) => `${name}=${value}`).join("&");
  try {
    const bodiless = draft.method === "GET" || draft.method === "HEAD" || draft.body === undefined;
    return new Request(`${baseUrl}${draft.path}${query === "" ? "" : `?${query}`}`, {
      method: draft.method,
      headers: [...draft.headers],
      signal,
      ...(bodiless ? {} : { body: streamOf(draft), duplex: "half" }),
    } as RequestInit);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The body in the pieces in which it arrives, up to where the line breaks. */
function streamOf(draft: Draft): ReadableStream<Uint8Array> {
  const bytes = draft.body === undefined ? new Uint8Array(0) : bytesOf(draft.body);
  const size = Math.max(1, draft.pieceBytes ?? 65_536);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const end = Math.min(at + size, draft.breaksAt ?? bytes.byteLength, bytes.byteLength);
      if (end > at) controller.enqueue(bytes.subarray(at, end));
      at = end;
      if (draft.breaksAt !== undefined && at >= draft.breaksAt) controller.error(new Error("the line broke"));
      else if (at >= bytes.byteLength) controller.close();
    },
  });
}
