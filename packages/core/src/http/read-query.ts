import type { Route } from "../contract/routes.ts";
import { parseOrRefuse, validationFailed } from "../errors/validation-failed.ts";
import { isSafeText } from "./body/unsafe-values.ts";

/**
 * The query as the route's schema gives it back. Routes without a query ignore it: caches and proxies add theirs.
 *
 * @throws AppError `validation_failed` - unknown, repeated, or not what it must be.
 */
export function readQuery(route: Route, query: URLSearchParams): unknown {
  if (route.query === undefined) return undefined;
  const given: Record<string, string> = {};
  for (const [name, value] of query) {
    if (Object.hasOwn(given, name))
      throw validationFailed([{ pointer: `/${name}`, message: "Given more than once." }]);
    // zod reads an empty text as the number 0.
    if (value === "" || !isSafeText(value) || !isSafeText(name)) {
      throw validationFailed([{ pointer: "", message: "A parameter is empty or cannot be read." }]);
    }
    Object.defineProperty(given, name, { value, enumerable: true });
  }
  return parseOrRefuse(route.query, given);
}
