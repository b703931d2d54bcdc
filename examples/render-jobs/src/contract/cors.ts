type Fetch = (request: Request, host?: object) => Promise<Response>;

const allowed = {
  "access-control-allow-headers": "authorization, content-type, idempotency-key",
  "access-control-allow-methods": "GET, POST",
  "access-control-max-age": "600",
};

/** Lets pages of these origins call, and no others. The BFF's own routes have its own `cors`. */
export function withCors(origins: readonly string[], fetch: Fetch): Fetch {
  return async (request, host) => {
    const origin = request.headers.get("origin") ?? "";
    const isAllowed = origins.includes(origin);
    const asksFirst = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
    const response =
      asksFirst && isAllowed
        ? new Response(null, { status: 204, headers: allowed })
        : await fetch(request, host);
    response.headers.append("vary", "origin");
    if (isAllowed) response.headers.set("access-control-allow-origin", origin);
    return response;
  };
}
