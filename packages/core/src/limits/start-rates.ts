import type { JsonObject } from "../shared/json.ts";

/** Which starts are meant: every word that is given must fit, and `{}` fits all. */
export interface RateMatch {
  /** A provider's public key. */
  readonly provider?: string | undefined;
  readonly operation?: string | undefined;
}

/**
 * How often one user may start something of a group. The first one of the list that fits a start counts it, so that
 * what is left over can stand last. Exact over all processes: of any minute, wherever it begins.
 *
 * A start of a request that names no provider counts for the first one that is asked. Children, repeats with the same
 * `Idempotency-Key` and starts that are refused, for whatever reason, do not count; a retry does.
 */
export interface RateLimit<Match extends RateMatch = RateMatch> {
  /** Its name in the database: 1 to 64 of `A-Z a-z 0-9 _ -`. A renamed one counts anew. Clients never see it. */
  readonly group: string;
  readonly match: readonly Match[];
  /** 1 to 1,000. One more is answered 429 `rate_limited`. `null`: what fits has no limit, also not further down. */
  readonly perMinute: number | null;
}

/** What SQL is told of the limit that counts a start; null where none does. */
export type RateOf = (operation: string, provider: string) => JsonObject | null;

/** A pair that can be started. */
interface Pair {
  readonly operation: string;
  readonly provider: string;
}

/**
 * Makes the choice of a limit.
 *
 * @param pairs - Everything that can be started here.
 * @throws Error - a limit that nothing fits (a name is misspelt), a name twice, or a number that is none.
 */
export function createRateOf(limits: readonly RateLimit[], pairs: readonly Pair[]): RateOf {
  for (const limit of limits) checkLimit(limit, pairs);
  const names = limits.map(({ group }) => group);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`limits.rates: two limits have the group '${twice}'`);
  return (operation, provider) => {
    const limit = limits.find(({ match }) => match.some((each) => fits(each, { operation, provider })));
    const { group, perMinute = null } = limit ?? {};
    return group === undefined || perMinute === null ? null : { group, per_minute: perMinute };
  };
}

const perMinuteMax = 1000;

function checkLimit({ group, match, perMinute }: RateLimit, pairs: readonly Pair[]): void {
  if (!/^[\w-]{1,64}$/.test(group))
    throw new Error(`limits.rates: '${group}' is not 1 to 64 of A-Z a-z 0-9 _ -`);
  const isRate = Number.isInteger(perMinute) && Number(perMinute) >= 1 && Number(perMinute) <= perMinuteMax;
  if (perMinute !== null && !isRate)
    throw new Error(`limits.rates: perMinute of '${group}' must be a whole number from 1 to ${perMinuteMax}`);
  const idle = match.find((each) => !pairs.some((pair) => fits(each, pair)));
  if (match.length === 0 || idle !== undefined)
    throw new Error(
      `limits.rates: '${group}' fits nothing that is offered here: ${JSON.stringify(idle ?? [])}`,
    );
}

function fits(match: RateMatch, pair: Pair): boolean {
  return (
    (match.provider ?? pair.provider) === pair.provider &&
    (match.operation ?? pair.operation) === pair.operation
  );
}
