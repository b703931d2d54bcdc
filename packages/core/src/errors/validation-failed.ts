import type * as z from "zod";
import { AppError } from "./app-error.ts";

/** Where a field is wrong, and how. Never echoes the value. */
export interface Issue {
  /** JSON pointer, e.g. `/input_image_asset_urls/0`. */
  readonly pointer: string;
  readonly message: string;
}

/** A `validation_failed` that names every offending field. */
export function validationFailed(issues: readonly Issue[]): AppError {
  return new AppError("validation_failed", { details: { issues } });
}

/**
 * The value as the schema gives it back, with defaults filled in.
 *
 * @throws AppError `validation_failed` - with a JSON pointer for each issue.
 */
export function parseOrRefuse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw validationFailed(parsed.error.issues.flatMap(toIssues));
}

/** zod names unknown fields together; each gets its own pointer here. */
function toIssues(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key]),
      message: "This field is not known here.",
    }));
  return [{ pointer: pointerOf(path), message: issue.message }];
}

function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
