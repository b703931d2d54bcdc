import type { JsonObject } from "@genbff/core";
import { type ByteSource, createByteSource } from "./byte-source.ts";
import { authHeaders, type Connection } from "./connection.ts";
import type { CallPurpose } from "./outcome.ts";
import type { StreamedBody } from "./streamed-body.ts";
import { streamedFetch } from "./streamed-fetch.ts";
import { brokenCall, classifyTransport } from "./transport-error.ts";

/** One call to a vendor. */
export interface HttpCall {
  readonly purpose: CallPurpose;
  readonly method: "GET" | "POST" | "PUT";
  /** Below the base URL, without a slash in front. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly json?: JsonObject;
  /** A form, or JSON with files in it. */
  readonly form?: StreamedBody;
  readonly signal: AbortSignal;
  /** Until the first byte of the answer's body. Default 30 s. */
  readonly answerTimeoutMs?: number;
  /** Between two pieces of the answer. Default 15 s. */
  readonly idleTimeoutMs?: number;
}

/** What the vendor answered. Read `body` to its end or cancel it: it holds the connection. */
export interface HttpAnswer {
  readonly call: Pick<HttpCall, "purpose"> & { readonly vendor: string };
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  readonly body: ByteSource;
}

/** Sends calls to one vendor. */
export type Http = (call: HttpCall) => Promise<HttpAnswer>;

/**
 * Makes the one way to a vendor: it never repeats a call, never follows a redirect (the key would travel with
 * it), and bounds every wait. Connecting is bounded by the runtime: 10 s in Node.
 *
 * Any status is an answer. What cannot be answered is thrown as a `ProviderError`: `not_sent` if no byte left
 * this machine or the call buys nothing, else `unknown`.
 */
export function createHttp(connection: Connection): Http {
  return async function send(call) {
    const { purpose, form, signal } = call;
    const broken = { vendor: connection.vendor, purpose };
    if (signal.aborted) throw brokenCall({ ...broken, why: "stopped before it was sent", notSent: true });
    const timeoutMs = call.answerTimeoutMs ?? 30_000;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    const deadline = performance.now() + timeoutMs;
    try {
      const init: RequestInit & { duplex: "half" } = {
        method: call.method,
        headers: {
          ...authHeaders(connection),
          ...(call.json ? { "content-type": "application/json" } : {}),
          ...(form ? { "content-type": form.contentType, "content-length": String(form.bytes) } : {}),
          ...call.headers,
        },
        body: form?.stream ?? (call.json ? JSON.stringify(call.json) : null),
        // A stream must be sent whole before its answer is read: the one way that Node has.
        duplex: "half",
        signal: AbortSignal.any([signal, late.signal]),
        redirect: "manual",
      };
      const request = new Request(`${connection.baseUrl}/${call.path}`, init);
      const response = await (form ? streamedFetch(request) : fetch(request));
      const body = createByteSource(response.body, {
        firstByteMs: Math.max(1_000, deadline - performance.now()),
        idleMs: call.idleTimeoutMs ?? 15_000,
        onTimeout: () => brokenCall({ ...broken, why: "the answer stopped coming" }),
        onBroken: (cause) => (signal.aborted ? stopped() : classifyBody(cause)),
      });
      return { call: broken, status: response.status, ok: response.ok, headers: response.headers, body };
    } catch (error) {
      const cause = form?.failure();
      if (cause !== undefined) {
        throw brokenCall({ ...broken, why: "an input file could not be read", notSent: true, cause });
      }
      if (signal.aborted) throw stopped();
      if (late.signal.aborted) throw brokenCall({ ...broken, why: `no answer within ${timeoutMs} ms` });
      throw classifyTransport(error, broken);
    } finally {
      clearTimeout(timer);
    }

    function stopped() {
      return brokenCall({ ...broken, why: "stopped while it was under way" });
    }
    function classifyBody(cause: unknown) {
      const { message } = classifyTransport(cause, broken);
      return brokenCall({ ...broken, why: `the answer broke off; ${message}` });
    }
  };
}
