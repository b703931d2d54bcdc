import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { SqsBatchResponse, SqsEvent } from "../to-sqs-worker.ts";

/** A message as the queue holds it. */
interface Held {
  readonly messageId: string;
  readonly body: string;
  readonly delayS: number;
  /** By `performance.now()`. */
  visibleAt: number;
  receiptHandle: string;
  receives: number;
}

type Action = (input: Record<string, unknown>) => object;
type Deliver = (event: SqsEvent) => Promise<SqsBatchResponse>;

/** A queue that speaks the AWS JSON protocol, and what Lambda does with its messages. */
export interface SqsStandIn {
  readonly endpoint: string;
  readonly queueUrl: string;
  /** Every message that was ever sent, in order. */
  readonly sent: { readonly body: string; readonly delayS: number }[];
  readonly messages: ReadonlyMap<string, Held>;
  /** Refuses from now on, or no more. */
  refuse(refused: boolean): void;
  /** Puts one in, whoever sent it. */
  put(body: string, delayS?: number): void;
  /** What it holds is gone. */
  lose(): void;
  /** All delays are over. */
  timePasses(): void;
  /**
   * Takes some that are visible, ten unless told, as an event source does, and takes those out that a worker has done.
   * One whose worker rejects is visible again after its time.
   */
  deliver(toWorker: Deliver, batchMax?: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts one: a standard queue on this machine.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 *
 * @param secondMs - How long a second of its lasts, where tests would wait for nothing but delays.
 */
export async function startSqs(visibilityS = 30, secondMs = 1000): Promise<SqsStandIn> {
  const messages = new Map<string, Held>();
  const sent: SqsStandIn["sent"] = [];
  let isRefusing = false;

  const put = (body: string, delayS = 0) => {
    const messageId = randomUUID();
    sent.push({ body, delayS });
    const visibleAt = performance.now() + delayS * secondMs;
    messages.set(messageId, { messageId, body, delayS, visibleAt, receiptHandle: "", receives: 0 });
    return { MessageId: messageId, MD5OfMessageBody: createHash("md5").update(body).digest("hex") };
  };
  const actions: Record<string, Action> = {
    SendMessageBatch({ Entries }) {
      const entries = Entries as { Id: string; MessageBody: string; DelaySeconds: number }[];
      const isWrong = entries.length > 10 || new Set(entries.map(({ Id }) => Id)).size < entries.length;
      if (isWrong) throw new Error("com.amazonaws.sqs#TooManyEntriesInBatchRequest");
      const isTaken = ({ DelaySeconds: s }: (typeof entries)[0]) => Number.isInteger(s) && s >= 0 && s <= 900;
      return {
        Successful: entries
          .filter(isTaken)
          .map(({ Id, MessageBody, DelaySeconds }) => ({ Id, ...put(MessageBody, DelaySeconds) })),
        Failed: entries
          .filter((entry) => !isTaken(entry))
          .map(({ Id }) => ({ Id, Code: "InvalidParameterValue", SenderFault: true })),
      };
    },
    ChangeMessageVisibility({ ReceiptHandle, VisibilityTimeout }) {
      const held = [...messages.values()].find(({ receiptHandle }) => receiptHandle === ReceiptHandle);
      if (held === undefined) throw new Error("com.amazonaws.sqs#ReceiptHandleIsInvalid");
      held.visibleAt = performance.now() + Number(VisibilityTimeout) * secondMs;
      return {};
    },
    GetQueueAttributes: () => ({ Attributes: { VisibilityTimeout: String(visibilityS) } }),
  };
  const server = createServer(async (request, response) => {
    const action = actions[String(request.headers["x-amz-target"]).replace("AmazonSQS.", "")];
    const answer = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
    const input = (await json(request)) as Record<string, unknown>;
    try {
      if (action === undefined || isRefusing) throw new Error("com.amazonaws.sqs#OverLimit");
      answer(200, action(input));
    } catch (error) {
      answer(400, { __type: (error as Error).message, message: "refused" });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    endpoint,
    queueUrl: `${endpoint}/123456789012/generations`,
    sent,
    messages,
    refuse(refused) {
      isRefusing = refused;
    },
    put: (body, delayS) => void put(body, delayS),
    lose: () => messages.clear(),
    timePasses() {
      for (const held of messages.values()) if (held.receives === 0) held.visibleAt = 0;
    },
    async deliver(toWorker, batchMax = 10) {
      const now = performance.now();
      const batch = [...messages.values()].filter(({ visibleAt }) => visibleAt <= now).slice(0, batchMax);
      if (batch.length === 0) return 0;
      for (const held of batch) {
        held.receiptHandle = randomUUID();
        held.receives += 1;
        held.visibleAt = now + visibilityS * secondMs;
      }
      const Records = batch.map(({ messageId, receiptHandle, body }) => ({ messageId, receiptHandle, body }));
      const { batchItemFailures } = await toWorker({ Records });
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId } of batch) if (!failed.has(messageId)) messages.delete(messageId);
      return batch.length;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
