import { createHash } from "node:crypto";
import * as z from "zod";
import { renderInput } from "../operation.ts";

/** The body of `POST /render/jobs`. */
export const renderRequest = renderInput
  .extend({
    /** Whose folder the picture goes into: the caller's own, or the request is refused. */
    user_id: z.string().min(1).max(255).optional(),
    /** The client's own name for this render of its project: sent twice, it is made once. */
    generation_id: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 of A-Z a-z 0-9 _ -")
      .optional(),
  })
  .superRefine(({ project_id, user_id }, check) => {
    if (project_id !== undefined && user_id === undefined)
      check.addIssue({ code: "custom", path: ["user_id"], message: "is required with project_id" });
  });
export type RenderRequest = z.output<typeof renderRequest>;

/** Field → reason, as the contract names both. */
export function reasonsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(
    error.issues.flatMap((issue) => {
      const path = issue.path.map(String);
      if (issue.code === "unrecognized_keys")
        return issue.keys.map((key) => [[...path, key].join("."), "is not known"] as const);
      return [[path.join(".") || "body", issue.message] as const];
    }),
  );
}

/** What the BFF is asked for, and by which key it knows a repetition. */
export function toStart(request: RenderRequest, userId: string, key: string | undefined) {
  const { user_id: _owner, generation_id: generationId, ...input } = request;
  const { project_id: projectId } = input;
  const derived =
    projectId !== undefined && generationId !== undefined ? `${projectId}/${generationId}` : undefined;
  const idempotencyKey = key ?? derived;
  // One task for each project of a user; ids of tasks are everybody's, so the user is part of it.
  const name = projectId ?? idempotencyKey ?? crypto.randomUUID();
  const digest = createHash("sha256")
    .update(JSON.stringify([userId, name]))
    .digest("hex");
  return { idempotencyKey, body: { ...input, task_id: `render-${digest.slice(0, 32)}` } };
}
