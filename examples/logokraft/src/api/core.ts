import { type ErrorCode, errorCodes } from "@genbff/core";
import type { LogokraftBff } from "../bff.ts";

/** Where the BFF's own routes are. */
const basePath = "/bff";

/** Asks the BFF in the name of whoever sent a request: with their token, their key, from their address. */
export interface Core {
  get(path: string): Promise<Response>;
  /** A `FormData` goes as a form, anything else as JSON. */
  post(path: string, body: FormData | object): Promise<Response>;
  /** The request as it came, body and all, at another path. */
  pass(path: string): Promise<Response>;
}

/** @param peer - The other end of the socket, as the host tells it: addresses are counted by it. */
export function coreFor(bff: Pick<LogokraftBff, "fetch">, request: Request, peer: object): Core {
  const at = (path: string) => new URL(`${basePath}${path}`, request.url);
  const headers = new Headers(request.headers);
  // They tell of another body.
  for (const name of ["content-type", "content-length", "transfer-encoding"]) headers.delete(name);
  const { signal } = request;
  return {
    get: (path) => bff.fetch(new Request(at(path), { headers, signal }), peer),
    post(path, body) {
      if (body instanceof FormData)
        return bff.fetch(new Request(at(path), { method: "POST", headers, body, signal }), peer);
      const json = new Headers(headers);
      json.set("content-type", "application/json");
      const init = { method: "POST", headers: json, body: JSON.stringify(body), signal };
      return bff.fetch(new Request(at(path), init), peer);
    },
    pass: (path) => bff.fetch(new Request(at(path), request), peer),
  };
}

/** A refusal of our own, in the words and the shape of the BFF's. */
export function refusal(code: ErrorCode, details?: object): Response {
  const { status, sentence } = errorCodes[code];
  const body = {
    error: code,
    message: sentence,
    ...(details && { details }),
    request_id: crypto.randomUUID(),
  };
  return Response.json(body, { status });
}

/** `validation_failed`, at these places. */
export function invalid(...issues: readonly { pointer: string; message: string }[]): Response {
  return refusal("validation_failed", { issues });
}
