import type { BffContext } from "../context.ts";
import type { MigrationFolder } from "../database/port.ts";
import { systemClock } from "../shared/clock.ts";
import { type Finding, problem } from "../shared/finding.ts";
import { inspectClientSettings } from "./client-settings.ts";
import { inspectConfiguration } from "./configuration.ts";
import { inspectClock, inspectDatabase, inspectPrices } from "./database.ts";
import { inspectStorage } from "./storage.ts";

/** One thing that was looked at. */
export interface Diagnosis extends Finding {
  readonly part: "configuration" | "database" | "clock" | "prices" | "clients" | "storage" | "auth";
}

/** What is looked at, and how. */
export interface DiagnoseOptions {
  /** An access token of a user, which should be let in. */
  readonly token?: string | undefined;
  /** For each part. Default 30 s. */
  readonly timeoutMs?: number;
}

/**
 * Looks at every part, and says what is wrong and how to mend it. Changes nothing but one file, which it removes.
 *
 * Never rejects: a part that cannot be looked at is a problem of its own.
 */
export async function diagnose(
  context: BffContext,
  folders: readonly MigrationFolder[],
  { token, timeoutMs = 30_000 }: DiagnoseOptions = {},
): Promise<readonly Diagnosis[]> {
  const look = async (part: Diagnosis["part"], inspect: () => Promise<readonly Finding[]>) =>
    (await inTime(inspect, timeoutMs)).map((finding) => ({ part, ...finding }));

  async function database(): Promise<Diagnosis[]> {
    const found = await look("database", () => inspectDatabase(context, folders));
    // Without a schema nothing more can be asked.
    if (found.some(({ status }) => status === "problem")) return found;
    const more = [
      look("clock", () => inspectClock(context)),
      look("prices", () => inspectPrices(context)),
      look("clients", () => inspectClientSettings(context)),
    ];
    return [...found, ...(await Promise.all(more)).flat()];
  }

  const parts = [
    look("configuration", async () => inspectConfiguration(context)),
    database(),
    look("storage", () => inspectStorage(context)),
    look("auth", async () => (await context.auth.inspect?.(token)) ?? []),
  ];
  return (await Promise.all(parts)).flat();
}

async function inTime(
  inspect: () => Promise<readonly Finding[]>,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  const { promise: late, resolve } = Promise.withResolvers<readonly Finding[]>();
  const callOff = systemClock.after(timeoutMs, () =>
    resolve([problem(`No answer has come for ${timeoutMs / 1000} s: let this machine reach it`)]),
  );
  const looked = inspect().catch((error: unknown) => [
    problem(error instanceof Error ? error.message : String(error)),
  ]);
  try {
    return await Promise.race([looked, late]);
  } finally {
    callOff();
  }
}
