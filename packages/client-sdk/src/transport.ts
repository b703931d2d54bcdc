import type { ClientOptions } from "./client.ts";
import { isGenbffError } from "./errors.ts";
import { failureOfAnswer, networkFailure } from "./read-failure.ts";
import { repeated } from "./repeat.ts";

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
  /** Send it again where that may help. Only for what is safe to repeat, and only where nobody else paces it. */
  repeat?: boolean;
  signal?: AbortSignal | undefined;
}

/** The only place that speaks HTTP by `fetch`. Every failure leaves it as a `GenbffError` or as the signal's reason. */
export interface Transport {
  call<Answer>(call: Call): Promise<Answer>;
  /** Opens a stream of events; gives up when the head of the answer is not there after `timeoutMs`. */
  openStream(path: string, options: StreamOptions): Promise<ReadableStream<Uint8Array>>;
  /** Sends a file to where the BFF said. Never with the access token: the URL itself is the right. */
  put(url: string, file: Blob, options: PutOptions): Promise<void>;
  /** Runs `send` with the headers of the user; once more, with a fresh token, after `token_expired`. */
  withToken<Answer>(send: (headers: Record<string, string>) => Promise<Answer>): Promise<Answer>;
  /** The URL of a route of the BFF. */
  urlOf(path: string): string;
  /** A URL that the BFF handed out: it may be a path of its own origin. */
  resolve(url: string): string;
}

/** How a stream is opened. */
interface StreamOptions {
  lastEventId: string | undefined;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** How a file is put. */
interface PutOptions {
  headers: Record<string, string>;
  signal: AbortSignal | undefined;
}

const callTimeoutMs = 30_000;
const putTimeoutMs = 15 * 60_000;

/** Makes the transport of one client. */
export function createTransport(options: ClientOptions): Transport {
  const base = options.baseUrl.replace(/\/+$/, "");
  const fetch: typeof globalThis.fetch = (url, init) => (options.fetch ?? globalThis.fetch)(url, init);

  /** One answer that is a success, read by `read` within the time. */
  const send = async <Answer>(
    url: string,
    init: RequestInit,
    limits: { timeoutMs: number; signal: AbortSignal | undefined },
    read: (response: Response) => Answer | Promise<Answer>,
  ): Promise<Answer> => {
    const { signal } = limits;
    if (signal?.aborted) throw signal.reason;
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal?.reason);
    const timer = setTimeout(
      () => stop.abort(new Error(`No answer in ${limits.timeoutMs} ms.`)),
      limits.timeoutMs,
    );
    signal?.addEventListener("abort", onAbort);
    try {
      const response = await fetch(url, { cache: "no-store", ...init, signal: stop.signal });
      if (!response.ok) throw await failureOf(response);
      return await read(response);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw isGenbffError(error) ? error : networkFailure(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
  };

  const withToken: Transport["withToken"] = async (sendWith) => {
    const headersOf = async (refresh: boolean): Promise<Record<string, string>> => {
      const token = await options.getAccessToken?.({ refresh });
      return token ? { authorization: `Bearer ${token}` } : {};
    };
    try {
      return await sendWith(await headersOf(false));
    } catch (error) {
      if (!options.getAccessToken || !isGenbffError(error, "token_expired")) throw error;
      return await sendWith(await headersOf(true));
    }
  };

  return {
    withToken,
    call: <Answer>(call: Call) => {
      const sendCall = () =>
        withToken((token) => {
          const headers = { accept: "application/json", ...token, ...call.headers };
          const limits = { timeoutMs: call.timeoutMs ?? callTimeoutMs, signal: call.signal };
          return send(base + call.path + queryOf(call), initOf(call, headers), limits, (response) =>
            readJson<Answer>(response),
          );
        });
      return call.repeat ? repeated(sendCall, call.signal) : sendCall();
    },
    openStream: (path, { lastEventId, timeoutMs, signal }) =>
      withToken((token) => {
        const resume: Record<string, string> =
          lastEventId === undefined ? {} : { "last-event-id": lastEventId };
        const headers = { accept: "text/event-stream", ...token, ...resume };
        return send(base + path, { headers }, { timeoutMs, signal }, readStream);
      }),
    put: (url, file, { headers, signal }) =>
      send(url, { method: "PUT", body: file, headers }, { timeoutMs: putTimeoutMs, signal }, () => undefined),
    urlOf: (path) => base + path,
    resolve: (url) => (/^https?:/.test(base) ? new URL(url, base).href : url),
  };
}

function queryOf({ query = {} }: Call): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

function initOf(call: Call, headers: Record<string, string>): RequestInit {
  const method = call.method ?? "GET";
  if (call.form) return { method, headers, body: call.form };
  if (call.json === undefined) return { method, headers };
  return {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(call.json),
  };
}

async function readJson<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch (cause) {
    const hint = new Error("The answer is not JSON: does baseUrl point at the BFF?", { cause });
    throw failureOfAnswer({ status: response.status, header: () => null, body: text }, hint);
  }
}

async function readStream(response: Response): Promise<ReadableStream<Uint8Array>> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  // React Native has no `body`: its fetch cannot stream.
  if (isStream && response.body) return response.body;
  await response.body?.cancel();
  throw failureOfAnswer({ status: response.status, header: () => null, body: undefined });
}

async function failureOf(response: Response) {
  const body: unknown = await response.json().catch(() => undefined);
  return failureOfAnswer({
    status: response.status,
    header: (name) => response.headers.get(name),
    body,
  });
}
