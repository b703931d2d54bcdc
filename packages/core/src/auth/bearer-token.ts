import { AppError } from "../errors/app-error.ts";

const tokenBytesMax = 8192;

/**
 * The token of `Authorization: Bearer …`.
 *
 * @throws AppError `unauthenticated` - no header, two of them (they arrive joined by a comma), or another scheme.
 * @throws AppError `invalid_token` - longer than 8 kB.
 */
export function bearerTokenOf(request: Request): string {
  const header = request.headers.get("authorization") ?? "";
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header) ?? [];
  if (token === undefined) throw new AppError("unauthenticated");
  if (token.length > tokenBytesMax) throw new AppError("invalid_token");
  return token;
}
