import type { Engine, Logger } from "@genbff/core";
import { jsonLines, nameOf } from "./json-lines.ts";

/**
 * What of SQS is used: `new SQS({})` of `@aws-sdk/client-sqs` fits. Its commands are not imported here, so that nothing of
 * the SDK is bundled that Lambda's runtime brings along.
 */
export interface SqsClient {
  sendMessageBatch(request: {
    QueueUrl: string;
    Entries: { Id: string; MessageBody: string; DelaySeconds: number }[];
  }): Promise<{ readonly Failed?: readonly { readonly Code?: string | undefined }[] | undefined }>;
  changeMessageVisibility(request: {
    QueueUrl: string;
    ReceiptHandle: string;
    VisibilityTimeout: number;
  }): Promise<unknown>;
  getQueueAttributes(request: {
    QueueUrl: string;
    AttributeNames: ["VisibilityTimeout"];
  }): Promise<{ readonly Attributes?: Readonly<Record<string, string>> | undefined }>;
}

/** Which queue. */
export interface SqsOptions {
  readonly client: SqsClient;
  /** A standard queue: order and duplicates change nothing but timing. */
  readonly queueUrl: string;
  /** Default: lines of JSON on the console. */
  readonly logger?: Logger | undefined;
}

/** The engine, and what its worker needs of the queue. */
export interface SqsQueue extends Engine {
  /** For how long a message is hidden from others once it was received; undefined where that may not be asked. */
  visibilityS(): Promise<number | undefined>;
  /** Hides a message for so long from now on. Never rejects: one that shows up again changes nothing but timing. */
  hide(receiptHandle: string, seconds: number): Promise<void>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html */
const delaySMax = 900;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const batchMax = 10;

/**
 * The engine for Lambda: a wake-up is a message with a generation's id, and nothing else; `toSqsWorker` receives it.
 *
 * It holds no timers. What is to be woken later than SQS can wait (15 min) gets no message: it is due by its row, and the
 * schedule finds it. So it does what could not be sent.
 */
export function sqs({ client, queueUrl, logger = jsonLines }: SqsOptions): SqsQueue {
  const unsent: { id: string; delayS: number }[] = [];
  const sending = new Set<Promise<void>>();
  let asked: Promise<number | undefined> | undefined;

  /** What was woken in one go is sent together. */
  const flush = () => {
    while (unsent.length > 0) {
      const sent: Promise<void> = send(unsent.splice(0, batchMax)).finally(() => sending.delete(sent));
      sending.add(sent);
    }
  };
  const send = async (batch: typeof unsent) => {
    try {
      const { Failed = [] } = await client.sendMessageBatch({
        QueueUrl: queueUrl,
        Entries: batch.map(({ id, delayS }, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify({ generation_id: id }),
          DelaySeconds: delayS,
        })),
      });
      if (Failed.length > 0)
        logger.warn(
          { count: Failed.length, codes: Failed.map(({ Code }) => Code) },
          "wake-ups were not taken; the schedule makes up for them",
        );
    } catch (error) {
      logger.warn(
        { count: batch.length, error: nameOf(error) },
        "wake-ups could not be sent; the schedule makes up for them",
      );
    }
  };
  const settled = async () => {
    flush();
    while (sending.size > 0) await Promise.all(sending);
  };

  return {
    start() {},
    wake(id, delayMs) {
      const delayS = Math.max(0, Math.ceil(delayMs / 1000));
      if (delayS > delaySMax) return;
      unsent.push({ id, delayS });
      if (unsent.length === 1) queueMicrotask(flush);
    },
    settled,
    async stop(graceMs) {
      const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, graceMs);
      await Promise.race([settled(), graceIsOver]);
      clearTimeout(timer);
    },
    visibilityS() {
      asked ??= askVisibility(client, queueUrl, logger);
      return asked;
    },
    async hide(receiptHandle, seconds) {
      try {
        await client.changeMessageVisibility({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        });
      } catch (error) {
        logger.warn({ error: nameOf(error) }, "a message could not be kept hidden");
      }
    },
  };
}

async function askVisibility(
  client: SqsClient,
  queueUrl: string,
  logger: Logger,
): Promise<number | undefined> {
  try {
    const { Attributes } = await client.getQueueAttributes({
      QueueUrl: queueUrl,
      AttributeNames: ["VisibilityTimeout"],
    });
    const seconds = Number(Attributes?.VisibilityTimeout);
    return Number.isInteger(seconds) ? seconds : undefined;
  } catch (error) {
    logger.info({ error: nameOf(error) }, "the queue's visibility timeout may not be asked for");
    return undefined;
  }
}
