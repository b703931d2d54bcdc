import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Dice } from "../generations/scheduler.ts";

/** What one client may do: a call, and the refusals that are in order for it. Any other failure is a violation. */
export interface Operation {
  /** How often, beside the others. */
  readonly weight: number;
  readonly refusals?: readonly string[];
  /** Makes the call; false where there is nothing to do it with. */
  run(hands: Hands): Promise<JsonValue> | false;
}

/** What an operation works with. */
export interface Hands {
  readonly dice: Dice;
  call(name: string, args: JsonObject): Promise<JsonValue>;
  readonly pool: Pool;
}

/** What clients have made and others may use. */
export interface Pool {
  /** Holds outside the state machine: some open, most settled. */
  readonly holds: string[];
  /** Generations somebody has started, with their users. */
  readonly generations: { readonly id: string; readonly user: string }[];
  /** Generations under a lease, each in one client's hands at a time. */
  readonly leased: Leased[];
  /** What was answered of entries: id → amount. The ledger must never say otherwise. */
  readonly entries: Map<number, number>;
  /** What was answered of captures: hold → captured. */
  readonly captured: Map<string, number>;
  /** Numbers nobody has had. */
  next(): number;
}

/** A generation in a worker's hands. */
export interface Leased {
  readonly id: string;
  readonly provider: string;
  readonly epoch: number;
  readonly attempt: number;
  readonly attemptsMax: number;
  readonly phase: "ready" | "sent" | "lost" | "submitted";
}

/** Users, each with a wallet: few, so that they meet. */
export const users = 48;

/** One of them; one in four times one of two, whom everybody wants. */
export function anyUser(dice: Dice): string {
  return `user-${dice.below(4) === 0 ? dice.below(2) : dice.below(users)}`;
}

/** One of a list. */
export function oneOf<T>(dice: Dice, ...from: readonly T[]): T {
  return from[dice.below(from.length)] as T;
}

/** Remembers the last few hundred. */
export function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > 400) list.splice(0, 100);
}
