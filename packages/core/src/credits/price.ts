import { AppError } from "../errors/app-error.ts";
import type { JsonObject, JsonValue } from "../shared/json.ts";

/** A row of `operation_costs`: what one call, or one delivered output, costs. */
export interface OperationCost {
  readonly key: string;
  readonly version: number;
  /** Whole credits before the multipliers. */
  readonly credits: number;
  readonly per: "call" | "output";
  /** Parameter → value → percent, e.g. `{ quality: { high: 300 } }`. Absent values cost 100 %. */
  readonly multipliers: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What a generation will cost at most, and what each delivered output costs. Stored with the generation. */
export interface Price {
  readonly key: string;
  readonly version: number;
  readonly per: "call" | "output";
  /** Credits of one output, or of the call. */
  readonly unit: number;
  /** What is held: the most that can be charged. */
  readonly credits: number;
  /** Everything of the request that the price depends on; a quote is valid only for the same. */
  readonly basis: JsonObject;
}

/** One line of a quote, for people. */
export interface PriceLine {
  readonly label: string;
  readonly credits: number;
}

/**
 * The price of a request. Pure: the same cost and input give the same price, on the server and in a browser.
 * A unit is rounded up to whole credits once, after all multipliers.
 *
 * @param outputs - How many outputs are asked for; counts only where the price is per output.
 * @throws AppError `invalid_amount` - the price is beyond 2^53 − 1.
 */
export function price(cost: OperationCost, input: JsonObject, outputs: number): Price {
  const basis: JsonObject = { key: cost.key, outputs };
  let unit = cost.credits;
  for (const [parameter, percents] of Object.entries(cost.multipliers)) {
    const value = input[parameter];
    const percent = percents[textOf(value)];
    if (percent === undefined) continue;
    basis[parameter] = value ?? null;
    unit = (unit * percent) / 100;
  }
  unit = Math.ceil(unit);
  const credits = cost.per === "output" ? unit * outputs : unit;
  if (!Number.isSafeInteger(credits)) throw new AppError("invalid_amount");
  return { key: cost.key, version: cost.version, per: cost.per, unit, credits, basis };
}

/** The quote as lines that add up to it. */
export function priceLines(agreed: Price): PriceLine[] {
  const count = agreed.per === "output" ? Number(agreed.basis.outputs) : 1;
  return [{ label: `${count} × ${agreed.unit}`, credits: agreed.credits }];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
