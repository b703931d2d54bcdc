import { toLambda } from "@genbff/adapter-lambda";
import { bff, settings } from "./bff.ts";

/** Answers clients and vendors' webhooks. Timeout 29 s; asks no vendor. */
export const handler = toLambda(bff, { streaming: settings.STREAMING });
