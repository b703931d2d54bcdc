export { bullmq } from "./bullmq.ts";
export type { BullmqOptions, PostgresPlace, Role } from "./options.ts";
