import type { BffContext } from "../context.ts";
import { type RouteName, routes } from "../contract/routes.ts";
import { signInRoutes } from "../contract/sign-in-routes.ts";

/** The routes of the contract that this BFF has: signing in is there only where the team wants it. */
export function servedRoutes({ signIn }: Pick<BffContext, "signIn">): RouteName[] {
  const names = Object.keys(routes) as RouteName[];
  return signIn === undefined ? names.filter((name) => !Object.hasOwn(signInRoutes, name)) : names;
}
