import type { Host } from "./host.ts";
import { testToken } from "./test-bff.ts";

/** One request of a case, as data. */
export interface HostRequest {
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** After `basePath`, unless it begins with a scheme. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json`, unless the headers say otherwise. A text is sent as it is. */
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  readonly form?: () => FormData;
  /** Whose token is sent. Default `ada`; null: none. */
  readonly as?: string | null;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** Builds and sends it. */
export async function send(host: Host, request: HostRequest): Promise<Response> {
  const headers = new Headers(request.headers);
  if (request.as !== null && !headers.has("authorization")) {
    headers.set("authorization", `Bearer ${await testToken(request.as ?? "ada", request.claims)}`);
  }
  const body = request.form === undefined ? bodyOf(request) : await formBody(request.form(), headers);
  if (request.json !== undefined && !headers.has("content-type"))
    headers.set("content-type", "application/json");
  return host.fetch(
    new Request(host.baseUrl + request.path, {
      method: request.method ?? "GET",
      headers,
      ...(body === undefined ? {} : { body }),
      ...(request.signal ? { signal: request.signal } : {}),
    }),
  );
}

/** Written out before it is sent: Node goes on feeding a form that was refused half-way, and trips over its own end. */
async function formBody(form: FormData, headers: Headers): Promise<Uint8Array<ArrayBuffer>> {
  const written = new Response(form);
  if (!headers.has("content-type")) headers.set("content-type", written.headers.get("content-type") ?? "");
  return new Uint8Array(await written.arrayBuffer());
}

function bodyOf({ json, body }: HostRequest): string | Uint8Array<ArrayBuffer> | undefined {
  if (json !== undefined) return JSON.stringify(json);
  return body as string | Uint8Array<ArrayBuffer> | undefined;
}

/** Sends it, and reads the answer as JSON. */
export async function ask<Answer = Record<string, unknown>>(
  host: Host,
  request: HostRequest,
): Promise<{ status: number; headers: Headers; body: Answer }> {
  const response = await send(host, request);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
}
