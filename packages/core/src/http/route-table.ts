import { TrieRouter } from "hono/router/trie-router";
import { type Route, type RouteName, routes } from "../contract/routes.ts";
import { AppError } from "../errors/app-error.ts";

/** The route a request asks for. */
export interface MatchedRoute {
  readonly name: RouteName;
  readonly route: Route;
  /** Decoded; not yet checked. */
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the route of a method and a path. `HEAD` is answered as `GET`. */
export type MatchRoute = (method: string, pathname: string) => MatchedRoute;

const methods = ["GET", "POST", "PUT"] as const;

/**
 * Makes the route table of the contract.
 *
 * Paths are taken with and without `basePath`: Express strips the path of a mount, a bare Fetch host does not.
 *
 * @param served - Those of the contract that there are; all by default.
 * @throws AppError `not_found` - no such path.
 * @throws AppError `method_not_allowed` - the path exists; `details.allow` names its methods.
 */
export function createRouteTable(
  basePath: string,
  served: readonly RouteName[] = Object.keys(routes) as RouteName[],
): MatchRoute {
  const router = new TrieRouter<RouteName>();
  for (const name of served) {
    const { method, path } = routes[name];
    router.add(method, path.replace("{key}", ":key{.+}").replace(/\{(\w+)\}/g, ":$1"), name);
  }

  const find = (method: string, path: string): MatchedRoute | undefined => {
    const [found] = router.match(method, path)[0];
    if (found === undefined) return undefined;
    const [name, raw] = found;
    const params: Record<string, string> = {};
    for (const [key, value] of Object.entries(raw)) params[key] = decode(String(value));
    return { name, route: routes[name], params };
  };

  return (method, pathname) => {
    const path = withoutBase(pathname, basePath);
    const asked = method === "HEAD" ? "GET" : method;
    const found = find(asked, path);
    if (found !== undefined) return found;
    const allow = methods.filter((other) => find(other, path) !== undefined);
    if (allow.length === 0) throw new AppError("not_found");
    const answered = allow.flatMap((other) => (other === "GET" ? ["GET", "HEAD"] : [other]));
    throw new AppError("method_not_allowed", { details: { allow: answered } });
  };
}

function withoutBase(pathname: string, basePath: string): string {
  if (basePath === "") return pathname;
  if (pathname === basePath) return "/";
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : pathname;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new AppError("not_found", { cause: error });
  }
}
