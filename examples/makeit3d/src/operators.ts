import type { Auth } from "@genbff/core";

/**
 * The same sign-in, by which the users of this list may use the admin routes too. What a token itself says of its user
 * still counts.
 */
export function withOperators(auth: Auth, operators: readonly string[]): Auth {
  return {
    ...auth,
    async authenticate(request) {
      const principal = await auth.authenticate(request);
      return operators.includes(principal.userId) ? { ...principal, admin: true } : principal;
    },
  };
}
