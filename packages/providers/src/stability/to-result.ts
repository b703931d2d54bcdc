import type { JobReference, Logger, ProviderAnswer } from "@genbff/core";
import type { HttpAnswer } from "../shared/http.ts";
import { readMedia } from "../shared/media-answer.ts";
import { readJson } from "../shared/read-json.ts";
import { slug } from "../shared/status-error.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { filteredOutput } from "./errors.ts";
import { takenSchema, waitingSchema } from "./wire.ts";

/** How the work on a job goes on. */
interface JobPace {
  readonly reference: JobReference;
  readonly pollMs: number;
  readonly logger: Logger;
}

/** A picture or a model, as it arrives. A blurred one is no picture. */
export async function toOutput(
  answer: HttpAnswer,
  credits: number | undefined,
  reference?: JobReference,
): Promise<ProviderAnswer> {
  const cost = credits === undefined ? undefined : { unit: "credits", amount: credits };
  if (answer.headers.get("finish-reason")?.trim().toUpperCase() === "CONTENT_FILTERED") {
    await answer.body.cancel();
    return { state: "refused", error: filteredOutput(cost) };
  }
  const seed = answer.headers.get("seed") ?? "";
  const stream = await readMedia(answer);
  return {
    state: "done",
    ...(reference === undefined ? {} : { reference }),
    outputs: [
      {
        index: 0,
        source: { stream },
        ...(/^\d{1,10}$/.test(seed) ? { metadata: { seed: Number(seed) } } : {}),
      },
    ],
    cost,
  };
}

/** The id of a job that was taken. */
export async function toJobId(answer: HttpAnswer): Promise<string> {
  const taken = takenSchema.safeParse(await readJson(answer));
  if (taken.success) return taken.data.id;
  throw brokenCall({ ...answer.call, why: "no id in the answer" });
}

/** A job that is under way. The vendor has one word for it and tells no progress. */
export async function toRunning(
  answer: HttpAnswer,
  { reference, pollMs, logger }: JobPace,
): Promise<ProviderAnswer> {
  const status = waitingSchema.safeParse(await readJson(answer)).data?.status;
  if (status === "in-progress") return running(reference, pollMs);
  // A word of tomorrow does not end a job that is paid for.
  logger.warn({ provider: "stability", status: slug(status) ?? "unreadable" }, "unknown job status");
  return { state: "running", reference, pollAfterMs: pollMs };
}

/** A job of which no more is known. */
export function running(reference: JobReference, pollMs: number): ProviderAnswer {
  return { state: "running", reference, pollAfterMs: pollMs, stage: "Painting the picture" };
}

/** A word of tomorrow beside a whole picture: it was paid for, so it is delivered, and somebody must look. */
export function tellReason({ headers }: HttpAnswer, logger: Logger): void {
  const reason = headers.get("finish-reason")?.trim().toUpperCase() ?? "SUCCESS";
  if (reason === "SUCCESS" || reason === "CONTENT_FILTERED") return;
  logger.warn({ provider: "stability", reason: slug(reason) ?? "unreadable" }, "unknown finish reason");
}
