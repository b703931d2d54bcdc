import { toSqsWorker } from "@genbff/adapter-lambda";
import { bff, queue } from "./bff.ts";

/** Moves generations on. Timeout 900 s; the only function that asks vendors. */
export const handler = toSqsWorker(bff, { queue });
