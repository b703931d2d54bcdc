import * as z from "zod";

const text = z.string().min(1);
const optional = text.optional();
const list = z
  .string()
  .default("")
  .transform((names) => names.split(",").filter(Boolean));

const environment = z
  .object({
    QUEUE_URL: z.url(),
    PUBLIC_URL: z.url(),
    LINK_SECRET: z.string().min(32),
    DATABASE_URL: optional,
    SUPABASE_URL: optional,
    SUPABASE_SERVICE_ROLE_KEY: optional,
    SUPABASE_BUCKET: text.default("generated_assets"),
    AUTH_JWT_SECRET: z.string().min(32).optional(),
    S3_BUCKET: optional,
    AWS_REGION: text.default("us-east-1"),
    OPENAI_API_KEY: text,
    TRIPO_API_KEY: text,
    TRIPO_WEBHOOK_SECRET: optional,
    SIGN_UP_CREDITS: z.coerce.number().int().min(0).default(0),
    STREAMING: z.stringbool().default(false),
    // Of a machine that plays AWS and the vendors; never set where they are real.
    SQS_ENDPOINT: optional,
    S3_ENDPOINT: optional,
    OPENAI_BASE_URL: optional,
    TRIPO_BASE_URL: optional,
    TRIPO_POLL_MS: z.coerce.number().int().min(250).optional(),
    TRUSTED_ORIGINS: list,
  })
  .refine(({ DATABASE_URL, SUPABASE_URL }) => DATABASE_URL ?? SUPABASE_URL, {
    path: ["DATABASE_URL"],
    message: "is missing, and so is SUPABASE_URL: one of them keeps the generations",
  })
  .refine(({ S3_BUCKET, SUPABASE_URL }) => S3_BUCKET ?? SUPABASE_URL, {
    path: ["S3_BUCKET"],
    message: "is missing, and so is SUPABASE_URL: one of them keeps the files",
  })
  .refine(({ AUTH_JWT_SECRET, SUPABASE_URL }) => AUTH_JWT_SECRET ?? SUPABASE_URL, {
    path: ["AUTH_JWT_SECRET"],
    message: "is missing, and so is SUPABASE_URL: one of them says who asks",
  })
  .refine(({ SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY }) => !SUPABASE_URL || SUPABASE_SERVICE_ROLE_KEY, {
    path: ["SUPABASE_SERVICE_ROLE_KEY"],
    message: "is missing beside SUPABASE_URL",
  });

/** What the functions are told by their environment. */
export type Settings = z.output<typeof environment>;

/**
 * Reads and checks the environment; an empty variable counts as absent.
 *
 * @throws Error - names every variable that cannot be used.
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = environment.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
}
