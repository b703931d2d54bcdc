export { type OpenaiSettings, openai } from "./openai/index.ts";
export { type RecraftSettings, recraft } from "./recraft/index.ts";
export { type StabilitySettings, stability } from "./stability/index.ts";
export { type TripoSettings, tripo } from "./tripo/index.ts";
