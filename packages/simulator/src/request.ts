import { createHash } from "node:crypto";

/** A request as a vendor sees it, its body read to the end. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path below the vendor's prefix, e.g. `/v1/images/edits`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The body taken apart, once. Rejects with {@link UnreadableBody}. */
  body(): Promise<RequestBody>;
}

/** A body taken apart: plain fields, and files in the order they came. */
export interface RequestBody {
  readonly fields: Record<string, unknown>;
  readonly files: readonly UploadedFile[];
}

/** One file of a multipart body. */
interface UploadedFile {
  readonly field: string;
  readonly name: string;
  /** What the sender calls its content type. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Thrown for a body that is not what its content type says; each vendor answers it in its own shape. */
export class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";
  readonly reason: "content_type" | "syntax";

  constructor(reason: "content_type" | "syntax") {
    super(`unreadable body: ${reason}`);
    this.reason = reason;
  }
}

/** Reads the body of a request once and for all. */
export async function receive(raw: Request, prefix: string): Promise<ReceivedRequest> {
  const url = new URL(raw.url);
  const { method, headers } = raw;
  const bytes = new Uint8Array(await raw.arrayBuffer());
  let body: Promise<RequestBody> | undefined;
  return {
    method,
    path: url.pathname.slice(prefix.length) || "/",
    query: url.searchParams,
    headers,
    bytes,
    body() {
      body ??= readBody(bytes, headers.get("content-type") ?? "");
      return body;
    },
  };
}

async function readBody(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<RequestBody> {
  if (contentType.startsWith("application/json")) return { fields: parseObject(bytes), files: [] };
  if (contentType.startsWith("multipart/form-data")) return readForm(bytes, contentType);
  throw new UnreadableBody("content_type");
}

/** SHA-256 over the content of a body, blind to key order and multipart boundaries. */
export function digestOf(body: RequestBody): string {
  const hash = createHash("sha256").update(canonical(body.fields));
  for (const file of body.files) hash.update(`\n${file.field}\n`).update(file.bytes);
  return hash.digest("hex");
}

/**
 * What the buyer calls this request: a header that vendors read or echo, or `[[reference:order-7]]` within a prompt, for
 * buyers that send no such header.
 */
export function clientReferenceOf({
  headers,
  bytes,
}: Pick<ReceivedRequest, "headers" | "bytes">): string | null {
  return headers.get("x-client-request-id") ?? headers.get("x-request-id") ?? referenceIn(bytes);
}

function referenceIn(bytes: Uint8Array): string | null {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = body.indexOf("[[reference:");
  if (at === -1) return null;
  return /^\[\[reference:([\w.-]{1,100})\]\]/.exec(body.toString("latin1", at, at + 120))?.[1] ?? null;
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new UnreadableBody("syntax");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new UnreadableBody("syntax");
  return value as Record<string, unknown>;
}

async function readForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<RequestBody> {
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { "content-type": contentType } }).formData();
  } catch {
    throw new UnreadableBody("syntax");
  }
  const fields: Record<string, unknown> = {};
  const files: UploadedFile[] = [];
  for (const [field, value] of form.entries()) {
    if (typeof value === "string") fields[field] = value;
    else {
      const { name, type } = value;
      files.push({ field, name, type, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  }
  return { fields, files };
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}
