import { lookup } from "node:dns/promises";
import { AppError } from "../errors/app-error.ts";
import { isGlobalAddress } from "./address.ts";
import { FetchFailed } from "./fetch-failed.ts";

/** Names to addresses. Tests hand in their own. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** The system's resolver: the hosts file counts, as it does for everything else on the machine. */
export const systemResolver: ResolveHost = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Resolves a name once. The answer is what will be connected to, so a name that answers differently a moment
 * later gains nothing.
 *
 * @throws FetchFailed `unresolved`, `timeout`.
 * @throws AppError `asset_url_not_allowed` - any one of the answers is not global.
 */
export async function resolveHost(
  host: string,
  { resolve, trusted, timeoutMs }: { resolve: ResolveHost; trusted: boolean; timeoutMs: number },
): Promise<readonly string[]> {
  const addresses = await inTime(resolve(host), timeoutMs).catch((cause: unknown) => {
    throw cause instanceof FetchFailed ? cause : new FetchFailed("unresolved", { cause });
  });
  if (addresses.length === 0) throw new FetchFailed("unresolved");
  if (!trusted && !addresses.every(isGlobalAddress)) {
    throw new AppError("asset_url_not_allowed", {
      cause: new Error(`${host} resolves to an address that is not global`),
    });
  }
  return addresses;
}

/** The system's resolver cannot be stopped; it can be left alone. */
async function inTime<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new FetchFailed("timeout")), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
