/** How somebody stands towards a limit, in the words of the database and of `details`. */
export interface Rate {
  /** Allowed within a minute. */
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the next place is free; never too few. */
  readonly reset_s: number;
}

/** Whether a refusal's details, or an answer, tell a rate. */
export function tellsRate(value: object | undefined): value is Rate {
  const { limit, remaining, reset_s } = (value ?? {}) as Partial<Rate>;
  return [limit, remaining, reset_s].every((part) => typeof part === "number");
}
