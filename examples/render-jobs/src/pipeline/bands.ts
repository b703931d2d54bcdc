import { setImmediate } from "node:timers/promises";

/**
 * Does a picture's rows band by band and lets everybody else in between: the lease is renewed, polls are answered, and
 * whoever wants it to stop is heard.
 */
export async function inBands(
  height: number,
  signal: AbortSignal,
  work: (fromRow: number, toRow: number) => void,
): Promise<void> {
  for (let row = 0; row < height; row += bandRows) {
    work(row, Math.min(height, row + bandRows));
    await breathe(signal);
  }
}

/** Some tens of milliseconds of the largest picture. */
const bandRows = 48;

/** @throws what the signal was aborted with. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
