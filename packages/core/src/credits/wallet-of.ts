import { isUserId } from "../auth/check-principal.ts";
import { AppError, isAppError } from "../errors/app-error.ts";
import type { Logger } from "../shared/logger.ts";

/** Says who pays for a user. */
export type WalletOf = (userId: string) => string | Promise<string>;

/**
 * Makes the team's `credits.walletOf` safe to ask: nobody is served while nobody knows who pays, and nobody else pays.
 *
 * Without one everybody pays for themselves.
 *
 * @throws AppError, when asked: `forbidden` and `unavailable` as the team throws them; `unavailable` for anything else that
 * is thrown, and for what can be no name of a wallet. The log says which.
 */
export function checkedWalletOf(walletOf: WalletOf | undefined, logger: Logger): WalletOf {
  if (walletOf === undefined) return (userId) => userId;
  return async (userId) => {
    try {
      const walletId: unknown = await walletOf(userId);
      if (isUserId(walletId)) return walletId;
      throw new TypeError("it gave no text of 1 to 255 characters");
    } catch (error) {
      if (isAppError(error, "forbidden", "unavailable")) throw error;
      logger.error({ error }, "credits.walletOf failed, and the request was refused");
      throw new AppError("unavailable", { cause: error });
    }
  };
}
