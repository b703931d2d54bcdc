import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { AppError, isAppError } from "../errors/app-error.ts";
import type { Logger } from "../shared/logger.ts";
import { piecesOf, sendRequest } from "../shared/send-request.ts";
import { FetchFailed, type FetchFailure, toFetchFailed } from "./fetch-failed.ts";
import { pinnedConnection } from "./guarded-fetch-connection.ts";
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

/** Times of one hop, in ms. */
interface HopTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
}

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
    const ends = endings(options.signal, timeouts.totalMs);
    try {
      let verdict = checkUrl(text, policy);
      let headers = options.headers ?? {};
      for (let hops = 0; ; hops += 1) {
        const target = allowed(verdict, settings.logger);
        const hop = await open(target, { ...options, headers, signal: ends.signal }, { settings, timeouts });
        const status = hop.answer.statusCode ?? 0;
        if (!redirectStatuses.includes(status)) return receive(hop, options, { ends, timeouts });
        hop.socket.destroy();
        const location = locationOf(hop.answer);
        if (hops === redirectsMax || location === undefined || (options.method ?? "GET") !== "GET") {
          throw new FetchFailed("redirect", { status });
        }
        verdict = checkRedirect(location, target.url, policy);
        if ("url" in verdict && verdict.url.origin !== target.url.origin) headers = {};
      }
    } catch (error) {
      throw ends.failure(error, "unreachable");
    }
  };
}

/** What may end a fetch before its time, and how its failures are told because of that. */
interface Endings {
  readonly signal: AbortSignal;
  /** Throws what the caller aborted with. */
  failure(error: unknown, otherwise: FetchFailure): AppError;
}

function endings(caller: AbortSignal | undefined, totalMs: number): Endings {
  const total = AbortSignal.timeout(totalMs);
  return {
    signal: caller ? AbortSignal.any([caller, total]) : total,
    failure(error, otherwise) {
      caller?.throwIfAborted();
      // A connection that is closed by a signal tells of an abort, not of its reason.
      return toFetchFailed(total.aborted && !isAppError(error) ? total.reason : error, otherwise);
    },
  };
}

type AllowedUrl = Extract<UrlVerdict, { url: URL }>;

/** One answered request: its head, and its connection, which ends with the rest of the body. */
interface Hop {
  readonly answer: IncomingMessage;
  readonly socket: Socket;
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
  const { connectMs, headersMs } = timeouts;
  const socket = await pinnedConnection(url, addresses, { timeoutMs: connectMs, signal, ca: settings.ca });
  const answer = await sendRequest(url, socket, {
    method,
    headers: { accept: "*/*", "accept-encoding": "identity", ...headers },
    body,
    timeoutMs: headersMs,
  });
  return { answer, socket };
}

/** Headers carry bytes, and everybody who goes beyond ASCII means UTF-8. Two places are none. */
function locationOf({ headersDistinct }: IncomingMessage): string | undefined {
  const [location, ...further] = headersDistinct.location ?? [];
  if (location === undefined || further.length > 0) return undefined;
  return Buffer.from(location, "latin1").toString();
}

function receive(
  { answer, socket }: Hop,
  { bytesMax = bytesMaxDefault, method = "GET" }: GuardedFetchOptions,
  { ends, timeouts }: { ends: Endings; timeouts: HopTimeouts },
): GuardedResponse {
  const { statusCode: status = 0, headers } = answer;
  try {
    if (method === "GET" ? status !== 200 : status < 200 || status > 299)
      throw new FetchFailed("status", { status, retryAfter: headers["retry-after"] });
    const declared = headers["content-length"];
    const chunks = readForeignBody(piecesOf(answer, timeouts.idleMs), {
      bytesMax,
      encoding: headers["content-encoding"] ?? "",
      declaredBytes: declared === undefined ? undefined : Number(declared),
    });
    return { status, contentType: headers["content-type"] ?? null, stream: toStream(chunks, socket, ends) };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function toStream(
  chunks: AsyncGenerator<Uint8Array>,
  socket: Socket,
  ends: Endings,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (!done) return controller.enqueue(value);
        } catch (error) {
          socket.destroy();
          throw ends.failure(error, "interrupted");
        }
        socket.destroy();
        controller.close();
      },
      cancel: () => void socket.destroy(),
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
