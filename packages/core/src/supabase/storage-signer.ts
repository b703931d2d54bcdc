/** A link that was asked for, and who waits for it. */
interface Wanted {
  readonly key: string;
  resolve(url: string | null): void;
  reject(error: unknown): void;
}

/** The storage server signs 1,000 paths a call at most (`src/http/routes/object/getSignedURLs.ts`). */
const batchMax = 500;

/**
 * Signs links, those that are asked for at once by one call: a page of pictures is one round trip, not one for each.
 *
 * @param sign - Resolves to the link of each key, in their order; null where there is no such object.
 */
export function linkSigner(
  sign: (keys: readonly string[], expiresInS: number) => Promise<readonly (string | null)[]>,
): (key: string, expiresInS: number) => Promise<string | null> {
  const waiting = new Map<number, Wanted[]>();

  async function signBatch(batch: readonly Wanted[], expiresInS: number): Promise<void> {
    try {
      const urls = await sign(
        batch.map(({ key }) => key),
        expiresInS,
      );
      for (const [at, { resolve }] of batch.entries()) resolve(urls[at] ?? null);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
  function signAll(expiresInS: number): void {
    const wanted = waiting.get(expiresInS) ?? [];
    waiting.delete(expiresInS);
    for (let at = 0; at < wanted.length; at += batchMax)
      void signBatch(wanted.slice(at, at + batchMax), expiresInS);
  }

  return (key, expiresInS) =>
    new Promise((resolve, reject) => {
      const wanted = waiting.get(expiresInS);
      if (wanted) return void wanted.push({ key, resolve, reject });
      waiting.set(expiresInS, [{ key, resolve, reject }]);
      setImmediate(() => signAll(expiresInS));
    });
}
