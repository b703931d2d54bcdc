import * as z from "zod";

const optionalText = z.string().min(1).optional().catch(undefined);
const optionalNumber = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);

/** Around every answer: a success is HTTP 2xx and `code` 0. */
export const envelopeSchema = z.object({ code: z.number(), data: z.unknown().optional() });

/** What an upload gives. */
export const fileSchema = z.object({ file_token: z.string().min(1) });

/** What a submission gives. */
export const createdSchema = z.object({ task_id: z.string().min(1) });

const moment = z.union([z.string(), z.number()]).optional().catch(undefined);
const recordedInput = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** One task, as `GET tasks/{id}` tells it. */
export const taskSchema = z.object({
  status: z.string(),
  progress: optionalNumber,
  input: recordedInput,
  output: z
    .object({
      model_url: optionalText,
      // Names of the former API, which some answers still use.
      pbr_model: optionalText,
      model: optionalText,
      base_model: optionalText,
    })
    .optional()
    .catch(undefined),
  credits_consumed: optionalNumber,
  error_code: optionalNumber,
});

/** One line of the account's usage; it has no input. */
const usageRowSchema = z.object({
  task_id: z.string().min(1),
  type: z.string().catch(""),
  created_at: moment,
});

/** What is read of a webhook; a low balance has no task. */
export const webhookSchema = z.object({
  id: z.string().min(1),
  type: z.string().catch(""),
  data: z
    .object({ task_id: optionalText, created_at: moment, input: recordedInput })
    .optional()
    .catch(undefined),
});

export type TripoTask = z.output<typeof taskSchema>;
export type TripoUsageRow = z.output<typeof usageRowSchema>;

/** Finds the rows of a usage page: the documents do not agree on the name of the list. */
export function readUsageRows(data: unknown): TripoUsageRow[] | undefined {
  const lists = Array.isArray(data) ? [data] : Object.values((data ?? {}) as object).filter(Array.isArray);
  const parsed = z.array(usageRowSchema).safeParse(lists[0]);
  return parsed.success ? parsed.data : undefined;
}

/** Reads `POST tasks/list`: the documents do not agree whether its tasks are a list, or named by their ids. */
export function readTaskList(data: unknown): { tasks: [string, TripoTask][]; missed: string[] } | undefined {
  const { tasks, missed } = (data ?? {}) as { tasks?: unknown; missed?: unknown };
  if (typeof tasks !== "object" || tasks === null) return undefined;
  const named = Array.isArray(tasks)
    ? tasks.map((task: unknown) => [(task as { task_id?: unknown } | null)?.task_id, task] as const)
    : Object.entries(tasks);
  return {
    tasks: named.flatMap(([id, task]): [string, TripoTask][] => {
      const parsed = taskSchema.safeParse(task);
      return parsed.success && typeof id === "string" ? [[id, parsed.data]] : [];
    }),
    missed: z.array(z.string()).safeParse(missed).data ?? [],
  };
}

/** A moment in ISO 8601 or in Unix seconds, as ms since 1970. */
export function readMoment(value: string | number | undefined): number | undefined {
  const moment = typeof value === "number" ? value * 1000 : Date.parse(value ?? "");
  return Number.isFinite(moment) ? moment : undefined;
}
