import { randomBytes } from "node:crypto";
import type { Fault } from "../../faults/rule.ts";
import { isFailing, standingOf } from "../../jobs/job-clock.ts";
import type { PictureFormat } from "../../media/picture.ts";
import type { RequestBody } from "../../request.ts";
import type { Exchange, World } from "../vendor.ts";
import { deliver, type Finished, finish, isCaught, wantedOf } from "./deliver.ts";
import { endpoints } from "./endpoints.ts";
import type { Errors } from "./errors.ts";
import { readOrder } from "./order.ts";
import { paint } from "./paint.ts";
import { generationNotFound } from "./refusal.ts";

/** A job as it is kept: what was ordered. Where it stands follows from the clock. */
interface JobRecord {
  readonly id: string;
  /** Digest of the key that created it; to every other key it does not exist. */
  readonly owner: string;
  readonly path: string;
  readonly fields: Record<string, unknown>;
  readonly files: readonly { readonly field: string; readonly bytes_id: string }[];
  readonly seed: number;
  readonly created_ms: number;
  readonly job_ms: number;
  readonly fate?: Fault;
  /** The painted result, once somebody asked for it. */
  readonly result?: { readonly bytes_id: string; readonly format: PictureFormat };
}

/** What a new job is made of. */
type NewJob = Pick<JobRecord, "owner" | "path" | "seed"> & { readonly body: RequestBody };

/** The orders that take their time. */
export interface Jobs {
  /** Keeps an order; returns its id. */
  start(job: NewJob, id: string, fault: Fault | undefined): void;
  newId(): string;
  /** What `GET results/{id}` answers. */
  result(id: string, owner: string, exchange: Exchange): Promise<Response>;
}

const keptMs = 24 * 60 * 60 * 1000;

/** What becomes of a job where that was decided when it was made. */
export function fateOf(fault: Fault | undefined): Fault | undefined {
  const decided = ["job_failed", "moderated", "unknown_status", "no_outputs"];
  return fault && decided.includes(fault.kind) ? fault : undefined;
}

/** Opens the vendor's jobs. */
export function createJobs(world: World, errors: Errors): Jobs {
  const jobs = world.state.collection<JobRecord>("stability.jobs");

  /** A job that is told to fail while it is being watched fails for good. */
  const fail = (job: JobRecord, fault: Fault | undefined): JobRecord => {
    if (!fault || !isFailing(fault) || job.result) return job;
    const failed = { ...job, fate: fault, job_ms: Math.min(job.job_ms, world.now() - job.created_ms) };
    jobs.set(job.id, failed);
    world.purchases.refund(job.id);
    return failed;
  };

  const bytesOf = (id: string) => {
    const bytes = world.state.readBytes(id);
    if (!bytes) throw new Error(`the state has lost ${id}`);
    return bytes;
  };

  async function finishedOf(job: JobRecord, fault: Fault | undefined): Promise<Finished> {
    const caughtBefore = isCaught(job.fate);
    if (job.result) {
      const { bytes_id, format } = job.result;
      return { bytes: bytesOf(bytes_id), format, seed: job.seed, filtered: caughtBefore || isCaught(fault) };
    }
    const endpoint = endpoints.get(job.path);
    if (!endpoint) throw new Error(`${job.path} was accepted and is not sold`);
    const files = job.files.map(({ field, bytes_id }) => ({
      field,
      name: field,
      type: "application/octet-stream",
      bytes: Buffer.from(bytesOf(bytes_id)),
    }));
    const order = await readOrder(endpoint, { fields: job.fields, files });
    const format = order.text("output_format") as PictureFormat;
    const done = await finish(await paint(order, job.seed), format, job.seed, caughtBefore);
    jobs.set(job.id, { ...job, result: { bytes_id: world.state.saveBytes(done.bytes), format } });
    return { ...done, filtered: caughtBefore || isCaught(fault) };
  }

  return {
    newId: () => `${world.settings.canary ?? ""}${randomBytes(32).toString("hex")}`,
    start({ body, ...job }, id, fault) {
      const fate = fateOf(fault);
      const files = body.files.map(({ field, bytes }) => ({ field, bytes_id: world.state.saveBytes(bytes) }));
      const { jobMs } = world.settings;
      const clock = { created_ms: world.now(), job_ms: jobMs };
      jobs.set(id, { ...job, id, fields: body.fields, files, ...clock, ...(fate ? { fate } : {}) });
    },
    async result(id, owner, { request, fault }) {
      const wanted = wantedOf(request);
      const known = jobs.get(id);
      if (known?.owner !== owner) throw generationNotFound();
      const job = fail(known, fault);
      const { phase, word } = standingOf(job, world.now(), fault);
      if (phase === "failed") throw errors.of(job.fate ?? { kind: "job_failed" });
      if (phase !== "done") {
        const headers = { "x-request-id": errors.id() };
        return Response.json({ id, status: word ?? "in-progress" }, { status: 202, headers });
      }
      if (world.now() > job.created_ms + job.job_ms + keptMs) throw generationNotFound();
      const finished = await finishedOf(job, fault);
      const isEmpty = [fault, job.fate].some((one) => one?.kind === "no_outputs");
      return deliver(isEmpty ? { ...finished, bytes: new Uint8Array() } : finished, wanted, errors.id());
    },
  };
}
