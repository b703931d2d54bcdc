import type { JSONWebKeySet } from "jose";
import * as z from "zod";

/** A published set is a few kB. */
const bytesMax = 262_144;

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });

/**
 * Fetches a set of keys from an address of the configuration, once.
 *
 * No redirect is followed: it would let whoever can make one choose the keys.
 *
 * @throws Error - no answer within the time, headers and body together; another status than 200; more than 256 kB; or
 *   what came is no set of keys.
 */
export async function fetchJwks(url: string, timeoutMs: number): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } });
  try {
    if (response.status !== 200) throw new Error(`the keys were answered with ${response.status}`);
    return keySetSchema.parse(JSON.parse(await textOf(response)));
  } finally {
    // What was not read to its end would keep the connection.
    response.body?.cancel().catch(() => undefined);
  }
}

/** Counts what has been decoded, so that a small compressed body cannot become a large one. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new Error(`the keys are more than ${bytesMax} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
