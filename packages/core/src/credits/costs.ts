import type { Database } from "../database/port.ts";
import { AppError } from "../errors/app-error.ts";
import type { Clock } from "../shared/clock.ts";
import type { OperationCost } from "./price.ts";

/** The price list, read from the database and kept for a minute. A stale price cannot be charged: SQL compares its version. */
export interface Costs {
  /** @throws AppError `unavailable` - there is no such price. */
  of(key: string): Promise<OperationCost>;
  /** Every key's price; keys without one are absent. */
  all(): Promise<Readonly<Record<string, OperationCost>>>;
  /** Forgets what is kept: the next question reads again. */
  forget(): void;
}

const keptMs = 60_000;

/** Makes the price list of the keys that a deployment uses. */
export function createCosts(database: Database, keys: readonly string[], clock: Clock): Costs {
  let kept: { at: number; costs: Promise<Record<string, OperationCost>> } | undefined;
  const all = () => {
    if (kept === undefined || clock.monotonic() - kept.at > keptMs) {
      const costs = database.call("genbff_operation_costs", { p_keys: [...keys] }) as Promise<unknown>;
      kept = { at: clock.monotonic(), costs: costs as Promise<Record<string, OperationCost>> };
      kept.costs.catch(() => {
        kept = undefined;
      });
    }
    return kept.costs;
  };
  return {
    all,
    async of(key) {
      const cost = (await all())[key];
      if (cost === undefined)
        throw new AppError("unavailable", { message: `operation_costs has no '${key}'` });
      return cost;
    },
    forget() {
      kept = undefined;
    },
  };
}
