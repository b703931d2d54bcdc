import type { Engine } from "@genbff/core";
import type { QueueUnderTest } from "@genbff/core/testing";
import type { BullmqOptions, Role } from "../options.ts";
import type { StrangersHand } from "./strangers-hand.ts";

/** A queue of BullMQ's, on Redis or on Postgres. */
export interface BullmqQueue extends QueueUnderTest, StrangersHand {
  /** What an engine is told of it, in whichever process. */
  readonly place: BullmqOptions;
  makeEngine(role?: Role): Engine;
}
