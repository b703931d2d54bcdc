import type { JobsOptions } from "bullmq";

/** The whole message: whose row to look at. Everything else is in the row. */
export interface Message {
  readonly id: string;
}

/** Plans of one generation that fall into the same moment are one plan. */
const momentMs = 50;

/**
 * How a wake-up is put into the queue.
 *
 * One that is due now is always a message of its own: the one before it may be under way, and have looked already. One
 * that is due later is named by its moment, so that several lines of wake-ups for one generation become one. The name
 * falls with the message: what has ended, kept or not, takes no other one's place.
 */
export function toJob(generationId: string, delayMs: number, nowMs: number): [Message, JobsOptions] {
  const message = { id: generationId };
  if (delayMs <= 0) return [message, {}];
  const moment = Math.ceil((nowMs + delayMs) / momentMs);
  return [message, { delay: moment * momentMs - nowMs, deduplication: { id: `${generationId}.${moment}` } }];
}

/** The generation that a message speaks of; undefined where it is none of ours. Whoever reaches the queue can write to it. */
export function generationOf(data: unknown): string | undefined {
  const { id } = (typeof data === "object" && data !== null ? data : {}) as { id?: unknown };
  return typeof id === "string" && id.length > 0 && id.length <= 64 ? id : undefined;
}
