export { type OpenaiSettings, openai } from "./openai/index.ts";
export { type TripoSettings, tripo } from "./tripo/index.ts";
