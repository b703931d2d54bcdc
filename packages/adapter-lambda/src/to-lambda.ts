import { AppError } from "@genbff/core";
import { readEvent } from "./http/events.ts";
import { received } from "./http/received.ts";
import { streamingHandler } from "./http/stream.ts";
import { type HttpResult, resultBytesMax, toResult } from "./http/to-result.ts";
import { invoked, type LambdaContext, settle, workMs } from "./invocation.ts";

/** What of a BFF answers requests. */
export interface AnsweringBff {
  readonly fetch: (request: Request, host?: object) => Promise<Response>;
  readonly settled: () => Promise<void>;
}

/** How requests reach the function. */
export interface LambdaOptions {
  /**
   * The function URL's invoke mode is `RESPONSE_STREAM`, or the REST API's response transfer mode `STREAM`: answers are
   * written while they are made, events are streamed, and files may have 200 MB. Default false.
   */
  readonly streaming?: boolean | undefined;
  /** What a custom domain's mapping takes off the path before the function sees it, e.g. `/v1`. Default nothing. */
  readonly pathPrefix?: string | undefined;
  /** How long an invocation works on generations, where the engine is `onDemand()`. Default 20 s. */
  readonly budgetMs?: number | undefined;
}

/** Fits Lambda, whichever way its requests come. */
export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<HttpResult>;

/** As an invocation may last 29 s behind API Gateway, and whoever waits for news waits 20 s. */
export const workMsDefault = 20_000;

/**
 * Answers the requests of API Gateway (REST and HTTP), function URLs and load balancers; which of them is seen by the
 * event. Mount it at the BFF's `basePath`, a stage included: the path that clients ask for.
 *
 * It answers when everything is over that would be lost in a frozen process. An answer that is too large for the gateway
 * is 413 `payload_too_large` instead, and so is a request that was too large for the gateway's own limit.
 *
 * @throws Error - while it runs: the event is no request.
 *
 * @example
 * export const handler = toLambda(bff);
 */
export function toLambda(bff: AnsweringBff, options: LambdaOptions = {}): LambdaHandler {
  if (options.streaming === true) return streamingHandler(bff, options) as unknown as LambdaHandler;
  return async (event, context) => {
    const given = readEvent(event);
    return invoked(workMs(context, options.budgetMs ?? workMsDefault), async () => {
      const { request, host, done } = received(given, context, options);
      try {
        const answer = await bff.fetch(request, { ...host, buffers: true });
        const result = (await toResult(answer, given.shape)) ?? (await tooLarge(request, host));
        await settle(bff, context);
        return result;
      } finally {
        done();
      }
    });

    async function tooLarge({ url, method, headers }: Request, host: object): Promise<HttpResult> {
      const details = { bytes_max: resultBytesMax(given.shape), of: "answer" };
      const refusal = new AppError("payload_too_large", { details });
      const answer = await bff.fetch(new Request(url, { method, headers }), { ...host, refusal });
      return (await toResult(answer, given.shape)) as HttpResult;
    }
  };
}
