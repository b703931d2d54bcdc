import { isAppError } from "../errors/app-error.ts";

/** Which pages of other origins may call, with their credentials. */
export interface CorsOptions {
  /**
   * Exact origins, e.g. `https://app.example.com`: scheme and host, with the port where it is not the usual one. None is
   * allowed by default; `*` and `null` never are.
   */
  readonly origins: readonly string[];
}

/** What pages of other origins are told. */
export interface Cors {
  /** The headers that an answer to this request carries; none where its origin is not allowed: the browser blocks it. */
  headersFor(request: Request): Readonly<Record<string, string>>;
  /**
   * The answer to a browser that asks before it sends, where its origin is allowed.
   *
   * @param refusal - What the request would be answered otherwise. No route takes `OPTIONS`, so that this is always
   * one, and names the methods of the path.
   */
  preflight(request: Request, refusal: unknown): Response | undefined;
}

/** What our routes read. */
const allowedHeaders = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "Prefer",
  "Last-Event-ID",
  "Range",
  "If-Range",
  "If-None-Match",
  "X-Request-Id",
].join(", ");

/** What a client needs of an answer, beyond what every page may read. */
const exposedHeaders = [
  "Location",
  "Retry-After",
  "RateLimit-Limit",
  "RateLimit-Remaining",
  "RateLimit-Reset",
  "X-Request-Id",
  "Idempotency-Replayed",
  "Preference-Applied",
  "ETag",
  "Accept-Ranges",
  "Content-Range",
  "Content-Disposition",
].join(", ");

/** Two hours: Chromium keeps no preflight for longer. */
const maxAgeS = 7200;

/** Decides by the request's `Origin` alone, by equality: nothing of a request is reflected that was not configured. */
export function createCors(origins: ReadonlySet<string>): Cors {
  const headersFor = (request: Request): Readonly<Record<string, string>> => {
    const origin = request.headers.get("origin");
    if (origin === null || !origins.has(origin)) return {};
    return {
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-expose-headers": exposedHeaders,
    };
  };
  return {
    headersFor,
    preflight(request, refusal) {
      const asks = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
      if (!asks || !isAppError(refusal, "method_not_allowed")) return undefined;
      const headers = headersFor(request);
      if (headers["access-control-allow-origin"] === undefined) return undefined;
      const { allow } = refusal.details as { allow: readonly string[] };
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-methods": allow.join(", "),
          "access-control-allow-headers": allowedHeaders,
          "access-control-max-age": String(maxAgeS),
        },
      });
    },
  };
}

/**
 * The configured origins, as browsers write them.
 *
 * @throws Error - one is none: `*`, `null`, a path, a slash at the end. A list that silently matches nobody, or
 * everybody, must not start.
 */
export function corsOrigins({ origins }: CorsOptions): ReadonlySet<string> {
  for (const origin of origins) {
    const url = URL.parse(origin);
    const isHttp = url?.protocol === "https:" || url?.protocol === "http:";
    if (!isHttp || url.origin !== origin || origin.includes("*"))
      throw new Error(`cors.origins: "${origin}" is not an origin such as https://app.example.com`);
  }
  return new Set(origins);
}
