export {
  type FalSettings,
  fal,
  type ModelFile,
  type ModelJob,
  type ModelOffer,
  type ModelOutput,
  type ModelRun,
} from "./fal/index.ts";
export { type OpenaiSettings, openai } from "./openai/index.ts";
export { type ReplicateSettings, replicate } from "./replicate/index.ts";
export { type TripoSettings, tripo } from "./tripo/index.ts";
