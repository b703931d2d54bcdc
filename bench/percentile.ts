/** The value below which so many per cent lie. */
export function percentile(ascending: readonly number[], percent: number): number {
  const at = Math.floor((ascending.length * percent) / 100);
  return ascending[Math.min(ascending.length - 1, at)] ?? Number.NaN;
}
