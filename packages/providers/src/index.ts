export { type GeminiSettings, gemini } from "./gemini/index.ts";
export { type OpenaiSettings, openai } from "./openai/index.ts";
export { type SeedreamSettings, seedream } from "./seedream/index.ts";
export { type TripoSettings, tripo } from "./tripo/index.ts";
