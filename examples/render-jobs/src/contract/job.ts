import type { ErrorCode } from "@genbff/core";
import type { GenerationStatus } from "@genbff/core/contract";
import { type RenderErrorCode, renderErrorOf, renderErrors } from "./failures.ts";

/** What `GET /render/jobs/{job_id}` answers. */
export type RenderJob =
  | { job_id: string; status: "queued" }
  | { job_id: string; status: "processing"; stage?: string; progress: number }
  | { job_id: string; status: "completed"; result_url: string }
  | { job_id: string; status: "failed"; error_code: RenderErrorCode; error_message: string };

/**
 * A generation in the contract's words. Pure.
 *
 * @param options.showQueued - Says `queued` of a job that waits for its worker; clients of the first contract know
 *   `processing` only.
 * @param options.origin - What a link that is a path begins with.
 */
export function toJob(
  generation: GenerationStatus,
  { showQueued, origin }: { showQueued: boolean; origin: string },
): RenderJob {
  const { generation_id: job_id, status, stage, progress, asset_url, error } = generation;
  switch (status) {
    case "pending":
      return showQueued ? { job_id, status: "queued" } : { job_id, status: "processing", progress: 0 };
    case "processing":
      return { job_id, status, ...(stage === null ? {} : { stage }), progress };
    case "complete":
      return { job_id, status: "completed", result_url: new URL(asset_url ?? "", origin).href };
    case "failed":
    case "cancelled": {
      const error_code = renderErrorOf[(error?.error ?? "internal_error") as ErrorCode];
      return { job_id, status: "failed", error_code, error_message: renderErrors[error_code] };
    }
  }
}
