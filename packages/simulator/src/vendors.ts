import { fal } from "./vendor/fal/index.ts";
import { gemini } from "./vendor/gemini/index.ts";
import { openai } from "./vendor/openai/index.ts";
import { recraft } from "./vendor/recraft/index.ts";
import { replicate } from "./vendor/replicate/index.ts";
import { seedream } from "./vendor/seedream/index.ts";
import { stability } from "./vendor/stability/index.ts";
import { tripo } from "./vendor/tripo/index.ts";
import type { CreateVendor } from "./vendor/vendor.ts";

/** Every vendor the simulator plays. A new one is a folder in `vendor/` and a line here. */
export const vendors: readonly CreateVendor[] = [
  openai,
  stability,
  recraft,
  tripo,
  gemini,
  seedream,
  fal,
  replicate,
];
