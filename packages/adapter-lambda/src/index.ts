export type { HttpResult } from "./http/to-result.ts";
export type { LambdaContext } from "./invocation.ts";
export { type OnDemandOptions, onDemand } from "./on-demand.ts";
export { type SqsClient, type SqsOptions, type SqsQueue, sqs } from "./sqs.ts";
export { type EndingFetch, type FetchOptions, toFetch } from "./to-fetch.ts";
export { type AnsweringBff, type LambdaHandler, type LambdaOptions, toLambda } from "./to-lambda.ts";
export { type ScheduleOptions, type SweepingBff, toSchedule } from "./to-schedule.ts";
export {
  type SqsBatchResponse,
  type SqsEvent,
  type SqsWorkerOptions,
  toSqsWorker,
  type WorkingBff,
} from "./to-sqs-worker.ts";
