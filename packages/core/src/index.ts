export type { AppOf, FallbackFor, PairsFor, PricesFor } from "./app-types.ts";
export type { OutputKeyOptions } from "./assets/output-keys.ts";
export { jwtAuth } from "./auth/jwt-auth.ts";
export type { JwtAlgorithm, JwtAuthOptions } from "./auth/jwt-options.ts";
export type { Auth, Principal } from "./auth/port.ts";
export type { SignIn, SignInOrigin } from "./auth/sign-in.ts";
export { type Identity, verifyAuth } from "./auth/verify-auth.ts";
export { type ErrorCode, errorCodes } from "./contract/error-codes.ts";
export {
  type Bff,
  type BffOptions,
  createBff,
  type Hooks,
  type ProviderCaps,
} from "./create-bff.ts";
export type { LedgerOptions } from "./credits/clawback.ts";
export { createLedger, type Ledger } from "./credits/ledger.ts";
export type {
  Balance,
  Grant,
  Hold,
  LedgerEntry,
  LedgerMovement,
  LedgerViolation,
  MovementPage,
  PastBalance,
} from "./credits/ledger-types.ts";
export type { Database, MigrationFolder } from "./database/port.ts";
export type { DiagnoseOptions, Diagnosis } from "./diagnosis/diagnose.ts";
export { type InProcessOptions, inProcess } from "./engine/in-process.ts";
export type { AdvanceLimits, Engine, EngineParts, Worker } from "./engine/port.ts";
export { AppError, isAppError } from "./errors/app-error.ts";
export {
  isProviderError,
  type ProviderCost,
  ProviderError,
  type ProviderErrorCode,
  type ProviderErrorOptions,
  type ProviderOutcome,
} from "./errors/provider-error.ts";
export type { RequestToModerate } from "./generations/moderate.ts";
export type { CorsOptions } from "./http/cors.ts";
export type { Peer } from "./http/peer.ts";
export type { AddressLimits, RedisClient } from "./limits/address-limit.ts";
export type { Limits } from "./limits/limits.ts";
export type { RateLimit, RateMatch } from "./limits/start-rates.ts";
export {
  type AnyOperation,
  defineOperation,
  type FollowUp,
  type InputFileField,
  type Json,
  type Operation,
  type Outcome,
  type OutputKind,
} from "./operations/define-operation.ts";
export { applyStyle } from "./operations/style-presets.ts";
export type {
  ClawbackAlert,
  OperatorAlert,
  ProviderAlert,
  WebhookAlert,
} from "./operators/operator-alert.ts";
export {
  type CheckedFile,
  defineProvider,
  type OfferedOperation,
  type Provider,
} from "./providers/define-provider.ts";
export { offerAs } from "./providers/offer-as.ts";
export type {
  Draft,
  InputFile,
  JobReference,
  LookupResult,
  LostSubmission,
  PreparedRequest,
  ProviderAnswer,
  ProviderContext,
  ProviderFailure,
  ProviderJob,
  ProviderOutput,
  ProviderPort,
  SubmitContext,
  WebhookNotice,
  WebhookRequest,
} from "./providers/port.ts";
export type { Finding } from "./shared/finding.ts";
export type { JsonObject, JsonValue } from "./shared/json.ts";
export type { Logger } from "./shared/logger.ts";
export type { InputBucket, ObjectStore, SignedUpload, StorageNeeds, StoredObject } from "./storage/port.ts";
export { storesByFolder } from "./storage/stores-by-folder.ts";
export { type TemporaryUrlsOptions, temporaryUrls } from "./storage/temporary-urls.ts";
export type { GivenUpWebhook, GivenUpWebhooks } from "./webhooks/given-up.ts";
export type { WebhookOptions } from "./webhooks/options.ts";
