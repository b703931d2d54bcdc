export type { AppIn, QuoteRequestOf, RequestOf, ResultIn, ResultOf, UnresolvedApp } from "./app.ts";
export type { CallOptions, Client, ClientOptions, GenerateOptions, PageOptions } from "./client.ts";
export type { Connection, ConnectionState } from "./connection.ts";
export { createClient } from "./create-client.ts";
export type { ClientErrorCode, ClientErrorDetails, ErrorCode, ErrorDetails } from "./error-details.ts";
export {
  type AnyGenbffError,
  type GenbffError,
  type GenerationError,
  isGenbffError,
  isGenerationError,
} from "./errors.ts";
export type { Generation, Settled } from "./generation.ts";
export type { Task, TaskUpdate } from "./task.ts";
export type { UploadOptions, UploadProgress } from "./upload.ts";
export type {
  Asset,
  AssetUrl,
  Balance,
  Cancelled,
  Failure,
  GenerationCreated,
  GenerationFailure,
  GenerationState,
  GenerationStatus,
  ImageAsset,
  InputAsset,
  JsonValue,
  ModelAsset,
  Movement,
  MovementPage,
  OperationEntry,
  OperationList,
  Preview,
  Quote,
  TaskGeneration,
  TaskPage,
  TaskSummary,
  TaskTree,
  UploadComplete,
  VectorAsset,
} from "./wire.ts";
