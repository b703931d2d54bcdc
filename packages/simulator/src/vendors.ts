import { openai } from "./vendor/openai/index.ts";
import { recraft } from "./vendor/recraft/index.ts";
import { stability } from "./vendor/stability/index.ts";
import { tripo } from "./vendor/tripo/index.ts";
import type { CreateVendor } from "./vendor/vendor.ts";

/** Every vendor the simulator plays. A new one is a folder in `vendor/` and a line here. */
export const vendors: readonly CreateVendor[] = [openai, recraft, stability, tripo];
