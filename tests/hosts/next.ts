/** What a `route.ts` exports: a function for each method that it takes. */
export type RouteHandlers = Readonly<
  Record<string, (request: Request, context: { params: Promise<{ path: string[] }> }) => Promise<Response>>
>;

/** The request that Next.js hands to a route handler: one of Fetch, with a little more. */
class NextRequest extends Request {
  get nextUrl(): URL {
    return new URL(this.url);
  }
}

/**
 * Asks the handlers of `app/api/[...path]/route.ts` as Next.js does: a path that ends in a slash is redirected before
 * them, and what they do not export it answers itself.
 * https://nextjs.org/docs/app/api-reference/file-conventions/route
 */
export async function askLikeNext(handlers: RouteHandlers, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  if (pathname.endsWith("/"))
    return new Response(null, { status: 308, headers: { location: pathname.slice(0, -1) + search } });
  const handler = handlers[request.method];
  if (handler === undefined) return new Response(null, { status: 405 });
  const path = pathname.split("/").slice(2);
  const response = await handler(new NextRequest(request), { params: Promise.resolve({ path }) });
  // Below it there is HTTP: no body goes out with a head.
  return request.method === "HEAD" ? new Response(null, response) : response;
}
