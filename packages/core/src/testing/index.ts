export type { TokenSigner } from "./auth/token-signer.ts";
export { type AuthSuiteOptions, authSuite } from "./auth-suite.ts";
export { databaseSuite } from "./database-suite.ts";
export { engineQueueSuite, type QueueUnderTest } from "./engine-queue-suite.ts";
export { engineSuite } from "./engine-suite.ts";
export type { Host } from "./host.ts";
export { type HostSuiteOptions, hostSuite } from "./host-suite.ts";
export { objectStoreSuite, type StoreUnderTest } from "./object-store-suite.ts";
