import { type Dispatcher, request } from "undici";
import { AppError } from "../errors/app-error.ts";
import type { Logger } from "../shared/logger.ts";
import { FetchFailed, toFetchFailed } from "./fetch-failed.ts";
import { type HopTimeouts, pinnedAgent } from "./guarded-fetch-agent.ts";
import { readForeignBody } from "./read-foreign-body.ts";
import { type ResolveHost, resolveHost, systemResolver } from "./resolve-host.ts";
import { checkRedirect, checkUrl, type UrlPolicy, type UrlVerdict } from "./url-guard.ts";

export { type FetchFailure, isFetchFailed } from "./fetch-failed.ts";

/** What a guarded fetch may be told. */
interface GuardedFetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** After decoding. Default 250 MB, the largest file that is taken anywhere. */
  readonly bytesMax?: number;
  /** Default GET. Anything else follows no redirect. */
  readonly method?: "GET" | "POST";
  /** Sent to this origin only: a redirect elsewhere drops them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What a foreign host answered: always a success. */
interface GuardedResponse {
  readonly status: number;
  /** What the host claims. Nothing is decided by it. */
  readonly contentType: string | null;
  /** Fails with `FetchFailed`. Read it to its end or cancel it: it holds a connection. */
  readonly stream: ReadableStream<Uint8Array>;
}

/** The one fetch of a URL that came from a client or a vendor. */
export type GuardedFetch = (url: string, options?: GuardedFetchOptions) => Promise<GuardedResponse>;

/** How a guarded fetch is made. */
export interface GuardedFetchSettings {
  /** Exact origins that may be private, e.g. `http://127.0.0.1:8788`. */
  readonly trustedOrigins: readonly string[];
  readonly logger: Logger;
  /** Default: the system's. */
  readonly resolve?: ResolveHost;
  /** Plain http to everybody. Default false. */
  readonly allowHttp?: boolean;
  /** Ports beside 443. Default none. */
  readonly ports?: readonly number[];
  /** Default 5 s, 30 s, 15 s; 10 min for the whole, the body included. */
  readonly timeouts?: Partial<HopTimeouts & { readonly totalMs: number }>;
  /** Further certificate authorities, PEM. */
  readonly ca?: string;
}

const bytesMaxDefault = 250_000_000;
const redirectsMax = 3;
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];
const timeoutDefaults = { connectMs: 5000, headersMs: 30_000, idleMs: 15_000, totalMs: 600_000 };

/**
 * Makes the one function that fetches foreign URLs (`reliability-spec.md` 8.3).
 *
 * It connects only to addresses that were checked before, follows at most three redirects and checks each, and
 * streams: nothing is held in memory. No proxy, no cookie, no retry.
 *
 * The fetch throws:
 * - AppError `asset_url_not_allowed` - the URL, a redirect or an address is forbidden; no detail, the log has it.
 * - FetchFailed `download_failed` - see its `reason`; the stream fails with the same.
 * - `signal.reason` - after an abort.
 *
 * @example
 * const guardedFetch = createGuardedFetch({ trustedOrigins: [], logger });
 * const { stream } = await guardedFetch("https://images.example.com/cat.png", { bytesMax: 50_000_000 });
 */
export function createGuardedFetch(settings: GuardedFetchSettings): GuardedFetch {
  const policy: UrlPolicy = {
    trustedOrigins: new Set(settings.trustedOrigins.map(exactOrigin)),
    allowHttp: settings.allowHttp ?? false,
    ports: settings.ports ?? [],
  };
  const timeouts = { ...timeoutDefaults, ...settings.timeouts };
  return async (text, options = {}) => {
    const total = AbortSignal.timeout(timeouts.totalMs);
    const signal = options.signal ? AbortSignal.any([options.signal, total]) : total;
    try {
      let verdict = checkUrl(text, policy);
      let headers = options.headers ?? {};
      for (let hops = 0; ; hops += 1) {
        const target = allowed(verdict, settings.logger);
        const hop = await open(target, { ...options, headers, signal }, { settings, timeouts });
        if (!redirectStatuses.includes(hop.answer.statusCode)) return receive(hop, options);
        const location = hop.answer.headers.location;
        await hop.leave();
        if (hops === redirectsMax || typeof location !== "string" || (options.method ?? "GET") !== "GET") {
          throw new FetchFailed("redirect", { status: hop.answer.statusCode });
        }
        verdict = checkRedirect(location, target.url, policy);
        if ("url" in verdict && verdict.url.origin !== target.url.origin) headers = {};
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      throw toFetchFailed(error, "unreachable");
    }
  };
}

type AllowedUrl = Extract<UrlVerdict, { url: URL }>;

/** One answered request: its head, and its way out. */
interface Hop {
  readonly answer: Dispatcher.ResponseData;
  /** Lets the connection and the rest of the body go. */
  leave(): Promise<void>;
}

function allowed(verdict: UrlVerdict, logger: Logger): AllowedUrl {
  if ("url" in verdict) return verdict;
  logger.info({ refused: verdict.refused }, "a foreign URL was refused");
  throw new AppError("asset_url_not_allowed");
}

async function open(
  { url, host, isAddress, trusted }: AllowedUrl,
  { method = "GET", headers = {}, body, signal }: GuardedFetchOptions,
  { settings, timeouts }: { settings: GuardedFetchSettings; timeouts: HopTimeouts },
): Promise<Hop> {
  const resolve = settings.resolve ?? systemResolver;
  const addresses = isAddress
    ? [host]
    : await resolveHost(host, { resolve, trusted, timeoutMs: timeouts.connectMs });
  signal?.throwIfAborted();
  const agent = pinnedAgent(addresses, timeouts, settings.ca);
  try {
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers: { accept: "*/*", "accept-encoding": "identity", ...headers },
      body: body ?? null,
      signal: signal ?? null,
    });
    // Whoever leaves early makes the body fail, with nobody left to hear it.
    answer.body.on("error", () => undefined);
    return { answer, leave: () => agent.destroy() };
  } catch (error) {
    await agent.destroy();
    throw error;
  }
}

async function receive(
  hop: Hop,
  { bytesMax = bytesMaxDefault, method = "GET", signal }: GuardedFetchOptions,
) {
  const { statusCode: status, headers, body } = hop.answer;
  try {
    const retryAfter = headers["retry-after"];
    if (method === "GET" ? status !== 200 : status < 200 || status > 299)
      throw new FetchFailed("status", {
        status,
        retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
      });
    const chunks = readForeignBody(body, {
      bytesMax,
      encoding: String(headers["content-encoding"] ?? ""),
      declaredBytes: headers["content-length"] === undefined ? undefined : Number(headers["content-length"]),
    });
    const contentType = headers["content-type"];
    const stream = toStream(chunks, hop, signal);
    return { status, contentType: typeof contentType === "string" ? contentType : null, stream };
  } catch (error) {
    await hop.leave();
    throw error;
  }
}

function toStream(
  chunks: AsyncGenerator<Uint8Array>,
  hop: Hop,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (!done) return controller.enqueue(value);
        } catch (error) {
          await hop.leave();
          signal?.throwIfAborted();
          throw toFetchFailed(error, "interrupted");
        }
        await hop.leave();
        controller.close();
      },
      cancel: () => hop.leave(),
    },
    { highWaterMark: 0 },
  );
}

/** A path or a slash would never match, and the operator would wonder why. */
function exactOrigin(text: string): string {
  const origin = URL.parse(text)?.origin;
  if (origin !== text.replace(/\/$/, ""))
    throw new Error(`"${text}" is not an origin such as https://media.example.com`);
  return origin;
}
