import type { Logger } from "@genbff/core";

const quietMs = 10_000;

/**
 * Makes the function that logs what mends itself: a server that is away is told of by each connection, several times a
 * second, and once in ten seconds is enough.
 *
 * Only name, code and message: ioredis hangs the refused command on its errors, and one of them is `AUTH` with its password.
 */
export function createTroubles(logger: Logger): (error: Error) => void {
  const toldAt = new Map<string, number>();
  return (error) => {
    const { name, message } = error;
    const { code } = error as { code?: unknown };
    const now = performance.now();
    if (now - (toldAt.get(message) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    for (const [text, at] of toldAt) if (now - at >= quietMs) toldAt.delete(text);
    toldAt.set(message, now);
    logger.warn({ error: { name, code, message } }, "the queue has trouble; the sweep goes on without it");
  };
}
