import { type SqsStandIn, startSqs } from "../../../packages/adapter-lambda/src/testing/sqs-stand-in.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { eventSource, every } from "./event-source.ts";
import { type FunctionUrl, openFunctionUrl } from "./function-url.ts";
import { type LambdaFunction, lambdaFunction } from "./lambda-function.ts";

/** The three functions of `template.yaml`, and what is around them. */
export interface FleetOptions {
  /** Where `bundle` has put their code. */
  readonly taskRoot: string;
  /** Of all three. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the queue's worker alone. */
  readonly workerVariables?: Readonly<Record<string, string>> | undefined;
  /** Between two runs of the schedule. Default a minute, as in `template.yaml`. */
  readonly scheduleMs?: number | undefined;
  /** How long a second of the queue's delays lasts. Default 1000. */
  readonly queueSecondMs?: number | undefined;
  /** Of the request's function. Default 29 s, as in `template.yaml`. */
  readonly httpTimeoutMs?: number | undefined;
  /** Asked after each invocation: whether its frozen process is thrown away. Default never. */
  readonly discards?: (() => boolean) | undefined;
  readonly bootstrap?: EnvironmentOptions["bootstrap"];
  readonly onOutput?: EnvironmentOptions["onOutput"];
}

/** Functions that clients can use. */
export interface Fleet {
  /** Where clients reach it: `…/api`. */
  readonly baseUrl: string;
  readonly http: LambdaFunction;
  readonly worker: LambdaFunction;
  readonly schedule: LambdaFunction;
  readonly queue: SqsStandIn;
  /** Begins to take messages, and to run the schedule. */
  start(): void;
  /** Ends everything, whatever it is doing. */
  close(): Promise<void>;
}

/** Longer than any test: what comes again comes by the schedule. */
const visibilityS = 5400;

/** Makes the fleet; no process is started before somebody asks. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { taskRoot, discards, bootstrap, onOutput, scheduleMs = 60_000, httpTimeoutMs = 29_000 } = options;
  const queue = await startSqs(visibilityS, options.queueSecondMs);
  // Its address has to be known to its function: an address first, a function for it then.
  let http: LambdaFunction | undefined;
  const address: FunctionUrl = await openFunctionUrl((event) =>
    http === undefined ? Promise.reject(new Error("there is no function yet")) : http.invoke(event),
  );
  const variables = {
    QUEUE_URL: queue.queueUrl,
    SQS_ENDPOINT: queue.endpoint,
    PUBLIC_URL: address.url,
    ...options.variables,
  };
  const common = { taskRoot, discards, bootstrap, onOutput, variables };
  http = lambdaFunction({ ...common, handler: "http.handler", timeoutMs: httpTimeoutMs, concurrency: 3 });
  const worker = lambdaFunction({
    ...common,
    variables: { ...variables, ...options.workerVariables },
    handler: "queue.handler",
    timeoutMs: 900_000,
    concurrency: 2,
  });
  const schedule = lambdaFunction({
    ...common,
    handler: "schedule.handler",
    timeoutMs: 60_000,
    concurrency: 1,
  });
  const triggers: ReturnType<typeof every>[] = [];
  return {
    baseUrl: `${address.url}/api`,
    http,
    worker,
    schedule,
    queue,
    start() {
      triggers.push(
        eventSource(queue, worker, { concurrency: 2, pollMs: 30 }),
        every(scheduleMs, () => schedule.call({})),
      );
    },
    async close() {
      const stopped = triggers.map((trigger) => trigger.stop());
      await Promise.all([http, worker, schedule].map((each) => each.close()));
      await Promise.all(stopped);
      await Promise.all([address.close(), queue.close()]);
    },
  };
}
