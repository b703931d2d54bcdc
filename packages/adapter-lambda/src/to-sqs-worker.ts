import type { Logger, Worker } from "@genbff/core";
import { invoked, type LambdaContext, settle, workMs } from "./invocation.ts";
import { jsonLines, nameOf } from "./json-lines.ts";
import type { SqsQueue } from "./sqs.ts";

/** What of a BFF works. */
export interface WorkingBff {
  readonly start: () => Promise<void>;
  readonly worker: Worker;
  readonly settled: () => Promise<void>;
}

/** How the worker works. */
export interface SqsWorkerOptions {
  /** The engine of the BFF: its messages are kept hidden while they are worked on, and its settings are checked. */
  readonly queue?: SqsQueue | undefined;
  /** Default: lines of JSON on the console. */
  readonly logger?: Logger | undefined;
}

/** What SQS hands over, as far as it is read. */
export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly receiptHandle: string;
    readonly body: string;
  }[];
}

/** The messages that are to come again; the others are done. */
export interface SqsBatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * AWS's own advice for event sources.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const visibilityPerTimeout = 6;

/**
 * Moves generations on, one for each message, side by side. The only place on Lambda where vendors are asked that answer
 * when their work is done: the function's timeout must be longer than the longest of them, at most 15 min.
 *
 * Connect it with `ReportBatchItemFailures`. A message that is forged, doubled, late or about nothing is done; one whose
 * generation could not be looked at comes again. Within the last seconds of the function's time what can be done again
 * is given back, and its generation gets a new message.
 *
 * @example
 * export const handler = toSqsWorker(bff, { queue });
 */
export function toSqsWorker(
  bff: WorkingBff,
  { queue, logger = jsonLines }: SqsWorkerOptions = {},
): (event: SqsEvent, context: LambdaContext) => Promise<SqsBatchResponse> {
  let checked = false;

  /** Hides it until it is done; returns the function that ends that. */
  const keepHidden = (receiptHandle: string, visibilityS: number | undefined) => {
    if (queue === undefined || visibilityS === undefined || visibilityS <= 0) return () => {};
    const renew = () => void queue.hide(receiptHandle, visibilityS);
    const timer = setInterval(renew, (visibilityS * 1000) / 3);
    return () => clearInterval(timer);
  };
  const check = (timeoutMs: number, visibilityS: number | undefined) => {
    if (checked || visibilityS === undefined) return;
    checked = true;
    const wantedS = Math.ceil((timeoutMs * visibilityPerTimeout) / 1000);
    if (visibilityS < wantedS)
      logger.warn(
        { visibility_s: visibilityS, wanted_s: wantedS },
        "the queue's visibility timeout is shorter than six times the function's timeout",
      );
  };

  return async ({ Records: records }, context) => {
    const timeoutMs = context.getRemainingTimeInMillis();
    const [visibilityS] = await Promise.all([queue?.visibilityS(), bff.start()]);
    check(timeoutMs, visibilityS);
    const budgetMs = workMs(context);
    const batchItemFailures: SqsBatchResponse["batchItemFailures"] = [];
    const work = async ({ messageId, receiptHandle, body }: SqsEvent["Records"][number]) => {
      const id = generationIdIn(body);
      if (id === undefined) return logger.warn({ message_id: messageId }, "a message names no generation");
      const letGo = keepHidden(receiptHandle, visibilityS);
      try {
        await bff.worker.advance(id, { budgetMs });
      } catch (error) {
        logger.error(
          { generation_id: id, error: nameOf(error) },
          "a generation could not be advanced; its message comes again",
        );
        batchItemFailures.push({ itemIdentifier: messageId });
      } finally {
        letGo();
      }
    };
    return invoked(budgetMs, async () => {
      await Promise.all(records.map(work));
      await settle(bff, context);
      return { batchItemFailures };
    });
  };
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function generationIdIn(body: string): string | undefined {
  try {
    const { generation_id: id } = JSON.parse(body) as { generation_id?: unknown };
    return typeof id === "string" && uuid.test(id) ? id : undefined;
  } catch {
    // Whoever may write into the queue wrote something else.
    return undefined;
  }
}
