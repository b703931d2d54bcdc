import { toSchedule } from "@genbff/adapter-lambda";
import { bff } from "./bff.ts";

/** Wakes what is due, was lost or was left by a process that died. Timeout 60 s, once a minute; asks no vendor. */
export const handler = toSchedule(bff);
