export {
  adminAdjust,
  adminAdjusted,
  adminGrant,
  adminGranted,
  adminInspect,
  adminRefund,
  adminRefunded,
  type Inspected,
  inspected,
} from "./admin.ts";
export {
  type Balance,
  balance,
  type Movement,
  type MovementPage,
  movement,
  movementPage,
  type Quote,
  quote,
} from "./credits.ts";
export { type TickEvent, tickEvent } from "./diagnostics.ts";
export { type ErrorBody, errorBody } from "./error.ts";
export { type ErrorCode, type ErrorCodeEntry, errorCodes, isErrorCode } from "./error-codes.ts";
export {
  balanceEvent,
  type GenerationEvent,
  generationEvent,
  type PreviewEvent,
  previewEvent,
  ticket,
} from "./event.ts";
export {
  type Asset,
  asset,
  cancelled,
  type Failure,
  failure,
  type GenerationCreated,
  type GenerationState,
  type GenerationStatus,
  generationCreated,
  generationState,
  generationStatus,
  type ImageAsset,
  type ModelAsset,
  type Preview,
  preview,
  taskId,
  type VectorAsset,
} from "./generation.ts";
export { type OperationEntry, type OperationList, operationEntry, operationList } from "./operation.ts";
export { type Route, type RouteName, routes } from "./routes.ts";
export {
  type Credentials,
  credentials,
  type Session,
  type SignedUp,
  session,
  signedUp,
} from "./sign-in.ts";
export {
  type InputAsset,
  inputAsset,
  type TaskGeneration,
  type TaskPage,
  type TaskSummary,
  type TaskTree,
  taskGeneration,
  taskPage,
  taskSummary,
  taskTree,
} from "./task.ts";
export {
  type UploadComplete,
  type UploadReserved,
  uploadComplete,
  uploadRequest,
  uploadReserved,
  uploadTypes,
} from "./upload.ts";
export {
  creditsWebhook,
  generationWebhook,
  type WebhookEvent,
  type WebhookEventType,
  webhookEvent,
  webhookEventTypes,
} from "./webhook-event.ts";
