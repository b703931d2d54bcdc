export {
  type AiSdkImageModel,
  type AiSdkInput,
  type AiSdkOffer,
  type AiSdkSettings,
  aiSdk,
} from "./ai-sdk/index.ts";
export {
  type FalSettings,
  fal,
  type ModelFile,
  type ModelJob,
  type ModelOffer,
  type ModelOutput,
  type ModelRun,
} from "./fal/index.ts";
export { type GeminiSettings, gemini } from "./gemini/index.ts";
export { type OpenaiSettings, openai } from "./openai/index.ts";
export { type RecraftSettings, recraft } from "./recraft/index.ts";
export { type ReplicateSettings, replicate } from "./replicate/index.ts";
export { type SeedreamSettings, seedream } from "./seedream/index.ts";
export { type StabilitySettings, stability } from "./stability/index.ts";
export { type TripoSettings, tripo } from "./tripo/index.ts";
