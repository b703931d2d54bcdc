import * as z from "zod";

const optional = z.string().min(1).optional();
const perMinute = z.coerce.number().int().min(1).max(1000);

/** What may be set, and how; the README has a row for each. */
export const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(8795),
  DATA_DIR: z.string().min(1).default(".data/passthrough"),
  DATABASE_URL: optional,
  PUBLIC_URL: optional,
  AUTH_JWT_SECRET: z.string().min(32).optional(),
  LINK_SECRET: z.string().min(32).optional(),
  OPENAI_API_KEY: optional,
  TRIPO_API_KEY: optional,
  BFF_OPENAI_REQUESTS_PER_MINUTE: perMinute.default(4),
  BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE: perMinute.default(6),
  BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: perMinute.default(12),
  BFF_OPENAI_STARTS_PER_MINUTE: perMinute.default(5),
  BFF_TRIPO_CONCURRENCY: perMinute.default(10),
  BFF_TRIPO_REFINE_CONCURRENCY: perMinute.default(5),
  RESULT_LIFETIME_MINUTES: z.coerce.number().int().min(1).max(1440).default(60),
  TASK_IDS: z.enum(["ours", "vendor"]).default("ours"),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("warn"),
});

/** The example's settings, under the names of the environment. */
export type Settings = z.output<typeof environment>;

/**
 * Reads and checks the environment; an empty variable counts as absent.
 *
 * @throws Error - names every variable that cannot be used.
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value));
  const parsed = environment.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
}
