import { AppError, isAppError } from "../errors/app-error.ts";
import { systemClock } from "../shared/clock.ts";
import { checkPrincipal } from "./check-principal.ts";
import type { Auth } from "./port.ts";

/** A sign-in that is silent for longer does not answer at all. Keys are fetched within 5 s. */
const timeoutMs = 10_000;

/**
 * Makes an `Auth` of whatever tells who asks, so that nothing comes out of it but what the port promises.
 *
 * Whom it names is checked. What it throws beside the port's own codes, and silence, is an outage: nobody is let in, and
 * nobody is signed out, because of a bug or of a store of sessions that is down.
 *
 * @throws AppError, on a request: `unauthenticated`, `token_expired`, `invalid_token`, `unavailable`.
 */
export function checkedAuth(ask: (request: Request) => unknown): Auth {
  return {
    async authenticate(request) {
      try {
        return checkPrincipal(await inTime(async () => ask(request)));
      } catch (error) {
        if (isAppError(error, "unauthenticated", "token_expired", "invalid_token", "unavailable"))
          throw error;
        throw new AppError("unavailable", { cause: error });
      }
    },
  };
}

function inTime(ask: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callOff = systemClock.after(timeoutMs, () =>
      reject(new Error(`auth has not answered for ${timeoutMs} ms`)),
    );
    void ask().then(resolve, reject).finally(callOff);
  });
}
