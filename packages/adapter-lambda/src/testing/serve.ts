import { PassThrough } from "node:stream";
import type { Host } from "@genbff/core/testing";
import type { LambdaContext } from "../invocation.ts";
import type { Answered, Gateway } from "./gateways.ts";
import { sent } from "./sent-request.ts";
import { readHead } from "./streaming-runtime.ts";

type Handler = (event: never, context: LambdaContext) => Promise<unknown>;

/** As long as API Gateway waits. */
export const contextOf = (timeoutMs = 29_000): LambdaContext => {
  const endsAt = performance.now() + timeoutMs;
  return { getRemainingTimeInMillis: () => endsAt - performance.now() };
};

const baseUrl = "http://bff.test/api";
const close = async () => undefined;

/** A host that is a gateway with a function behind it. */
export function serve(gateway: Gateway, handler: Handler): Host {
  return { baseUrl, close, fetch: (request) => unlessLeft(request, answer(gateway, handler, request)) };
}

async function answer(gateway: Gateway, handler: Handler, request: Request): Promise<Response> {
  // Through JSON, as there: what cannot be written in it does not arrive.
  const event = JSON.stringify(gateway.toEvent(await sent(request)));
  if (event.length > gateway.bytesMax) return new Response('{"message":"Request Too Long"}', { status: 413 });
  const result = JSON.stringify(await handler(JSON.parse(event) as never, contextOf()));
  const answered = result.length > gateway.bytesMax ? undefined : gateway.toAnswer(JSON.parse(result));
  return answered === undefined
    ? new Response("Bad Gateway", { status: 502 })
    : responseOf(answered, request);
}

function responseOf({ status, headers, body }: Answered, { method }: Request): Response {
  const bodiless = method === "HEAD" || [204, 304].includes(status);
  return new Response(bodiless ? null : new Uint8Array(body), {
    status,
    headers: headers as [string, string][],
  });
}

/** Whoever goes away hears nothing; the function is not told. */
function unlessLeft<Value>({ signal }: Request, value: Promise<Value>): Promise<Value> {
  const left = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([value, left]);
}

type StreamedHandler = (event: never, out: PassThrough, context: LambdaContext) => Promise<void>;

/** A function URL whose invoke mode is `RESPONSE_STREAM`. */
export function serveStreaming(gateway: Gateway, handler: StreamedHandler): Host {
  return {
    baseUrl,
    close,
    async fetch(request) {
      const event = JSON.parse(JSON.stringify(gateway.toEvent(await sent(request))));
      const out = new PassThrough();
      const failed = handler(event as never, out, contextOf(60_000)).then(() => new Promise<never>(() => {}));
      const answering = Promise.race([readHead(out), failed]).then(({ head, rest }) => {
        const { statusCode, headers, cookies = [] } = head;
        const bodiless = request.method === "HEAD" || [204, 304].includes(statusCode);
        if (bodiless) out.resume();
        return new Response(bodiless ? null : bodyOf(out, rest), {
          status: statusCode,
          headers: [
            ...Object.entries(headers),
            ...cookies.map((cookie): [string, string] => ["set-cookie", cookie]),
          ],
        });
      });
      return unlessLeft(request, answering);
    },
  };
}

function bodyOf(out: PassThrough, rest: Buffer): ReadableStream<Uint8Array> {
  const iterator = out[Symbol.asyncIterator]();
  return new ReadableStream({
    start(controller) {
      if (rest.length > 0) controller.enqueue(new Uint8Array(rest));
    },
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    cancel() {
      out.destroy();
    },
  });
}
