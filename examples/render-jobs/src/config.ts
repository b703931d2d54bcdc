import { resolve } from "node:path";
import * as z from "zod";

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter(Boolean),
  );

/** What may be set, and how; the README has a row for each. */
export const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(8000),
  DATA_DIR: z.string().min(1).default(".data/render-jobs"),
  DATABASE_URL: z.string().min(1).optional(),
  PUBLIC_URL: z.url().optional(),
  AUTH_JWT_SECRET: z.string().min(32).optional(),
  RENDER_STAGE_TIMEOUT: z.coerce.number().positive().max(3600).optional(),
  RENDER_QUEUE_DEPTH: z.coerce.number().int().min(1).default(20),
  RENDER_SHOW_QUEUED: z.stringbool().default(false),
  PAGE_ORIGINS: list,
});

/**
 * Reads and checks the environment; an empty variable counts as absent.
 *
 * @throws Error - names every variable that cannot be used.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const parsed = environment.safeParse(given);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { data } = parsed;
  return {
    port: data.PORT,
    dataDir: resolve(data.DATA_DIR),
    databaseUrl: data.DATABASE_URL,
    publicUrl: data.PUBLIC_URL,
    jwtSecret: data.AUTH_JWT_SECRET,
    stageTimeoutMs: data.RENDER_STAGE_TIMEOUT === undefined ? undefined : data.RENDER_STAGE_TIMEOUT * 1000,
    queueDepth: data.RENDER_QUEUE_DEPTH,
    showQueued: data.RENDER_SHOW_QUEUED,
    pageOrigins: data.PAGE_ORIGINS,
  };
}
