import type { BffContext } from "../context.ts";
import { errorCodes } from "../contract/error-codes.ts";
import type { Route, RouteName } from "../contract/routes.ts";
import { AppError, isAppError } from "../errors/app-error.ts";
import { createWatcher } from "../events/watcher.ts";
import type { Visit } from "../limits/address-limit.ts";
import { readBody } from "./body/read-body.ts";
import type { Call, Caller, HttpTools } from "./call.ts";
import { createCors } from "./cors.ts";
import { errorResponse } from "./error-response.ts";
import { redeemTicket } from "./events-ticket.ts";
import { createFirstVisit } from "./first-visit.ts";
import { createOpenStreams } from "./open-streams.ts";
import { readPeer } from "./peer.ts";
import { readQuery } from "./read-query.ts";
import { requestIdOf } from "./request-id.ts";
import { finish } from "./respond.ts";
import { isPersonal } from "./route-codes.ts";
import { createRouteTable } from "./route-table.ts";
import { handlers } from "./routes/index.ts";
import { servedRoutes } from "./served-routes.ts";

/** What a host adds. */
export interface HandlerOptions {
  /** Awaited before every route but `/health`, which must answer while the database is down. */
  readonly start?: () => Promise<void>;
}

/**
 * Makes the function that answers every request: spine 1 of `design.md` section 5.
 *
 * It always answers: what goes wrong becomes a code of the closed table.
 *
 * @example
 * const handle = createHandler(context);
 * const response = await handle(new Request("http://localhost/api/health"));
 */
export function createHandler(
  context: BffContext,
  options: HandlerOptions = {},
): (request: Request, host?: object) => Promise<Response> {
  const cors = createCors(context.corsOrigins);
  const matchRoute = createRouteTable(context.basePath, servedRoutes(context));
  const firstVisit = createFirstVisit(context.database, context.signUpCredits, context.clock);
  const tools: HttpTools = {
    watcher: createWatcher(context),
    streams: createOpenStreams(context.closing, context.clock),
    signedText: context.signedText,
  };

  return async function handle(request, host) {
    const requestId = requestIdOf(request);
    const { remoteAddress, refusal, buffers = false } = readPeer(host);
    const visit = context.addressLimit?.(request, remoteAddress);
    let found = false;
    const envelope = {
      requestId,
      headOnly: request.method === "HEAD",
      personal: true,
      cors: cors.headersFor(request),
    };
    try {
      const url = new URL(request.url);
      const { name, route, params } = matchRoute(request.method, url.pathname);
      envelope.personal = isPersonal(route);
      found = true;
      if (refusal !== undefined) throw refusal;
      if (!probes.has(name)) await visit?.admit();
      checkParams(route, params);
      if (name !== "health") await started();
      const caller = envelope.personal ? await identify(route, request, params.id, url) : undefined;
      if (route.auth === "none" && !probes.has(name)) await visit?.count();
      const query = readQuery(route, url.searchParams);
      const body = await readBody(route, request, context.limits);
      // The table of routes gives each handler what its own schemas describe; that cannot be said of a name chosen at run time.
      const answer = handlers[name] as (call: unknown) => Promise<Response> | Response;
      const { address } = visit ?? {};
      const call = {
        ...tools,
        context,
        request,
        address,
        buffers,
        caller,
        params,
        query,
        body,
      } satisfies Record<keyof Call, unknown>;
      return finish(await answer(call), envelope);
    } catch (error) {
      // Before the address is judged: a browser that asks first has asked for nothing wrong.
      const preflight = cors.preflight(request, error);
      if (preflight !== undefined) return finish(preflight, envelope);
      const judged = await judge(blameOf(request, error), visit, found);
      return finish(errorResponse(judged, requestId, context.logger), envelope);
    }
  };

  /** A start that fails is a part that does not answer: the log says which. */
  async function started(): Promise<void> {
    // Another process is there, or will be soon: whoever comes back is served.
    if (context.closing.aborted) throw new AppError("unavailable", { details: { retry_after_s: 1 } });
    try {
      await options.start?.();
    } catch (error) {
      throw isAppError(error) ? error : new AppError("unavailable", { cause: error });
    }
  }

  async function identify(route: Route, request: Request, id: string | undefined, url: URL): Promise<Caller> {
    const ticket = route.auth === "user-or-ticket" ? url.searchParams.get("ticket") : null;
    const withTicket = ticket !== null && !request.headers.has("authorization");
    const principal = withTicket
      ? await redeemTicket(tools.signedText, ticket, id ?? "")
      : await context.auth.authenticate(request);
    if (route.auth === "admin" && !principal.admin) throw new AppError("forbidden");
    const walletId = await context.walletOf(principal.userId);
    await firstVisit(walletId);
    return { ...principal, walletId };
  }
}

/** What watches over the server asks these, from one address and often. */
const probes: ReadonlySet<RouteName> = new Set(["health", "ready"]);

/** Whoever asks for what does not exist, or shows a proof that is none, is counted by address; too often is another refusal. */
async function judge(error: unknown, visit: Visit | undefined, found: boolean): Promise<unknown> {
  if (!isAppError(error) || (found && errorCodes[error.code].status !== 401)) return error;
  try {
    await visit?.count();
    return error;
  } catch (refusal) {
    return refusal;
  }
}

/** A client that has gone hears no answer: what its going broke is no failure of ours, and nobody is to be woken for it. */
function blameOf({ signal }: Request, error: unknown): unknown {
  const left = signal.aborted && error === signal.reason;
  return left ? new AppError("request_timeout", { cause: error }) : error;
}

/** A malformed id names nothing: it is answered like an unknown one. */
function checkParams(route: Route, params: Readonly<Record<string, string>>): void {
  if (route.params && !route.params.safeParse(params).success) throw new AppError("not_found");
}
