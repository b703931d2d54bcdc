import { randomUUID } from "node:crypto";
import type { Bff, JsonObject } from "@genbff/core";
import type { ErrorBody, GenerationCreated, GenerationStatus } from "@genbff/core/contract";
import type { Vendor } from "../config.ts";
import { type PythonVersion, toRefusal, toStarted, toStatus } from "./answers.ts";
import { providerNamed, renameRequest } from "./rename-request.ts";
import { renamedBody } from "./renamed-body.ts";

/** Where the Python services had them: beside `/api`, where the BFF is, and where both have `/credits`. */
export const pythonPaths = ["/generate/:operation", "/tasks/:id/status"];

/** What differs between deployments. */
export interface PythonOptions {
  readonly version: PythonVersion;
  readonly basePath: string;
  readonly publicName: (vendor: Vendor) => string;
}

/**
 * The BFF in the words of the Python services, for clients that cannot be changed at once. It keeps nothing and decides
 * nothing: each request becomes one of the BFF's, and each answer is said in the old words.
 *
 * Without `Idempotency-Key`, as those clients are, each `POST` is a generation and a charge of its own, as it was. With
 * one the request names its `task_id`.
 */
export function pythonNames(bff: Pick<Bff<object>, "fetch" | "logger">, options: PythonOptions) {
  return {
    logger: bff.logger,
    async fetch(request: Request, host?: object): Promise<Response> {
      const url = new URL(request.url);
      const [, area, name = ""] = url.pathname.split("/");
      const renamed = new Map<string, string>();
      const starts = area === "generate";
      const asked = starts
        ? inOurWords(request, url, options, (theirs) => {
            const told = { operation: name, taskId: taskIdFor(request), publicName: options.publicName };
            const ours = renameRequest(theirs, told);
            for (const [field, other] of ours.renamed) renamed.set(field, other);
            return ours.body;
          })
        : inOurWords(request, url, options);
      return inTheirWords(await bff.fetch(asked, host), (body) => {
        if (typeof body.error === "string") return toRefusal(body as unknown as ErrorBody, renamed);
        if (starts) return toStarted(body as unknown as GenerationCreated, options.version);
        return toStatus(decodeURIComponent(name), body as unknown as GenerationStatus, options.version);
      });
    },
  };
}

/** A repeat must be the same request, and a name made up twice is not. */
function taskIdFor({ headers }: Request): string | undefined {
  return headers.has("idempotency-key") ? undefined : randomUUID();
}

/** The same request, asked of the BFF. */
function inOurWords(
  request: Request,
  { pathname, searchParams, origin }: URL,
  { basePath, publicName }: PythonOptions,
  rename?: (body: JsonObject) => JsonObject,
): Request {
  const query = new URLSearchParams(searchParams);
  const service = query.get("service");
  if (service !== null) query.set("service", providerNamed(service, publicName));
  const headers = new Headers(request.headers);
  // The words are longer or shorter than what was announced. Waiting would be answered in another shape.
  for (const name of ["content-length", "prefer"]) headers.delete(name);
  const search = query.size === 0 ? "" : `?${query}`;
  const { method, signal } = request;
  const given = method === "GET" || method === "HEAD" ? null : request.body;
  const isJson = /^application\/json\s*(;|$)/i.test(headers.get("content-type") ?? "");
  const body =
    given !== null && isJson && rename !== undefined
      ? renamedBody(given, (bytes) => renameJson(bytes, rename))
      : given;
  const init = { method, headers, signal, body, duplex: "half" } as RequestInit;
  return new Request(`${origin}${basePath}${pathname}${search}`, init);
}

/** What is no JSON object, or none that can be written again, goes on as it came: the BFF says what is wrong with it. */
function renameJson(bytes: Uint8Array, rename: (body: JsonObject) => JsonObject): Uint8Array {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    if (typeof value !== "object" || value === null || Array.isArray(value)) return bytes;
    return new TextEncoder().encode(JSON.stringify(rename(value as JsonObject)));
  } catch {
    return bytes;
  }
}

/** The same answer in the old words; what is not JSON is passed on. */
async function inTheirWords(answer: Response, retell: (body: JsonObject) => object): Promise<Response> {
  if (answer.body === null || answer.headers.get("content-type") !== "application/json") return answer;
  const headers = new Headers(answer.headers);
  // It leads to the answer in the BFF's own words.
  for (const name of ["content-length", "location"]) headers.delete(name);
  const body = (await answer.json()) as JsonObject;
  return new Response(JSON.stringify(retell(body)), { status: answer.status, headers });
}
