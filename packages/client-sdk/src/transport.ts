import ky, { isHTTPError } from "ky";
import type { ClientOptions } from "./client.ts";
import { GenbffError, isGenbffError } from "./errors.ts";
import { failureOfAnswer, networkFailure } from "./read-failure.ts";

/** One call of the BFF. */
export interface Call {
  method?: "GET" | "POST";
  /** Without `baseUrl`. */
  path: string;
  query?: Record<string, string | number | null | undefined>;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  timeoutMs?: number;
  /** Only a GET is repeated here, and only where nobody else paces it. */
  repeats?: number;
  signal?: AbortSignal | undefined;
}

/** The only place that speaks HTTP by `fetch`. Every failure leaves it as a `GenbffError` or as the signal's reason. */
export interface Transport {
  call<Answer>(call: Call): Promise<Answer>;
  /** Opens a stream of events; gives up when the head of the answer is not there after `timeoutMs`. */
  openStream(path: string, options: StreamOptions): Promise<ReadableStream<Uint8Array>>;
  /** Sends a file to where the BFF said. Never with the access token: the URL itself is the right. */
  put(
    url: string,
    file: Blob,
    headers: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** Runs `send` with the headers of the user; once more, with a fresh token, after `token_expired`. */
  withToken<Answer>(send: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer>;
  /** The URL of a route of the BFF. */
  urlOf(path: string): string;
  /** A URL that the BFF handed out: it may be a path of its own origin. */
  resolve(url: string): string;
}

/** How a stream is opened. */
export interface StreamOptions {
  lastEventId: string | undefined;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

const callTimeoutMs = 30_000;
const putTimeoutMs = 15 * 60_000;

/** Makes the transport of one client. */
export function createTransport(options: ClientOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, "");
  const http = ky.create({
    ...(options.fetch ? { fetch: options.fetch } : {}),
    retry: {
      limit: 0,
      methods: ["get"],
      statusCodes: [408, 502, 503, 504],
      maxRetryAfter: 5000,
      jitter: true,
    },
  });

  const withToken: Transport["withToken"] = async (send) => {
    const headersOf = async (refresh: boolean): Promise<Record<string, string>> => {
      const token = await options.getAccessToken?.({ refresh });
      return token ? { authorization: `Bearer ${token}` } : {};
    };
    try {
      return await send(await headersOf(false));
    } catch (error) {
      if (!options.getAccessToken || !isGenbffError(error, "token_expired")) throw error;
      return await send(await headersOf(true));
    }
  };

  const call = <Answer>(request: Call): Promise<Answer> =>
    withToken((token) =>
      translated(request.signal, () =>
        http(base + request.path, {
          method: request.method ?? "GET",
          ...(request.json === undefined ? {} : { json: request.json }),
          ...(request.form ? { body: request.form } : {}),
          ...(request.signal ? { signal: request.signal } : {}),
          cache: "no-store",
          searchParams: present(request.query ?? {}),
          headers: { accept: "application/json", ...token, ...request.headers },
          timeout: request.timeoutMs ?? callTimeoutMs,
          retry: request.repeats ?? 0,
        }).json<Answer>(),
      ),
    );

  return {
    call,
    withToken,
    openStream: (path, { lastEventId, timeoutMs, signal }) =>
      withToken((token) =>
        translated(signal, async () => {
          const response = await http(base + path, {
            headers: {
              accept: "text/event-stream",
              ...token,
              ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
            },
            ...(signal ? { signal } : {}),
            cache: "no-store",
            timeout: timeoutMs,
          });
          const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
          if (isStream && response.body) return response.body;
          await response.body?.cancel();
          throw failureOfAnswer({ status: response.status, header: () => null, body: undefined });
        }),
      ),
    put: (url, file, headers, signal) =>
      translated(signal, async () => {
        await http.put(url, { body: file, headers, ...(signal ? { signal } : {}), timeout: putTimeoutMs });
      }),
    urlOf: (path) => base + path,
    resolve: (url) => (/^https?:/.test(base) ? new URL(url, base).href : url),
  };
}

function present(query: Record<string, string | number | null | undefined>): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** The one place where a failure of the HTTP client becomes ours. */
async function translated<Answer>(
  signal: AbortSignal | undefined,
  send: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (isGenbffError(error)) throw error;
    if (isHTTPError(error)) {
      const { status, headers } = error.response;
      throw failureOfAnswer({ status, header: (name) => headers.get(name), body: error.data });
    }
    if (error instanceof SyntaxError) {
      throw new GenbffError({
        code: "unexpected_answer",
        message: "Something unexpected came back. Please try again.",
        details: {},
        status: 200,
        cause: new Error("The answer is not JSON: does baseUrl point at the BFF?", { cause: error }),
      });
    }
    throw networkFailure(error);
  }
}
