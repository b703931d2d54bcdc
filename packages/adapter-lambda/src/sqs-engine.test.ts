import { SQS } from "@aws-sdk/client-sqs";
import { engineQueueSuite, engineSuite, type QueueUnderTest } from "@genbff/core/testing";
import { afterAll, beforeAll } from "vitest";
import { engineGenerationsSuite } from "../../core/src/testing/engine-generations-suite.ts";
import { sqs } from "./sqs.ts";
import { toUuid, withEventSource } from "./testing/event-source.ts";
import { type SqsStandIn, startSqs } from "./testing/sqs-stand-in.ts";

// What every engine holds, by messages that the real client of AWS sends to a queue on this machine.

const quiet = () => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
let queue: SqsStandIn;
let client: SQS;
beforeAll(async () => {
  queue = await startSqs(5400, 150);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new SQS({ endpoint: queue.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await queue.close();
});
const makeEngine = () => withEventSource(queue, sqs({ client, queueUrl: queue.queueUrl, logger }), logger);

engineSuite("SQS", () => {
  queue.lose();
  return makeEngine();
});

/** The file's queue, emptied. */
async function queueUnderTest(): Promise<QueueUnderTest> {
  queue.lose();
  return {
    makeEngine,
    flush: async () => queue.lose(),
    async forge(message) {
      const { id, ...more } = message as { id?: unknown };
      const named = typeof id === "string" && id.length < 12 ? toUuid(id) : id;
      queue.put(JSON.stringify({ ...more, generation_id: named }));
    },
    async takeAndDie() {
      const died = new Error("the process was killed");
      await queue.deliver(() => Promise.reject(died)).catch(quiet);
    },
    size: async () => queue.messages.size,
    goAway: async () => queue.refuse(true),
    comeBack: async () => queue.refuse(false),
    close: async () => queue.refuse(false),
  };
}

engineQueueSuite("SQS", queueUnderTest, [
  {
    reason: "a standard queue keeps every message: a double is looked at, and changes nothing",
    cases: ["makes one plan of many for one moment"],
  },
  {
    reason: "what waits lies in the queue alone, and a function's process is frozen and not stopped",
    cases: ["hands back what waits for its turn when its process stops"],
  },
  {
    reason: "the schedule sends messages and does no work of its own: it waits for the queue too",
    cases: ["works by its sweeps while the server is away, and by wake-ups again when it is back"],
  },
  {
    reason: "a message goes to one function, and none waits for news of others by it",
    cases: ["tells every other process of a change, and nobody twice"],
  },
]);

engineGenerationsSuite("SQS", makeEngine);
