import { setTimeout as wait } from "node:timers/promises";
import type { Act } from "./act.ts";
import { skewClock } from "./clock-skew.ts";
import { compress } from "./compression.ts";
import { linkDead, redirect } from "./links.ts";
import { nonsense } from "./nonsense.ts";
import { changeJobId, goBackwards, jobNotFound, spoilProgress } from "./reads.ts";
import type { Fault } from "./rule.ts";
import { spoilOutputs } from "./spoil-outputs.ts";

/**
 * Lets a fault happen to a request.
 *
 * Kinds that concern a vendor's own jobs pass through: the vendor's route acts them out.
 */
export async function actOut(fault: Fault, act: Act): Promise<Response> {
  switch (fault.kind) {
    case "latency": {
      const response = await act.answer();
      await wait(fault.latencyMs ?? 1000);
      return response;
    }
    case "connect_refused":
      act.goOffline(fault.closedMs ?? 1000);
      return act.wire.destroy();
    case "drop_before_accept":
      return act.wire.destroy();
    case "drop_after_accept":
      return unlessRefused(await act.answer(), () => act.wire.destroy());
    case "truncated_body":
      return unlessRefused(await act.answer(), (response) => act.wire.truncate(response));
    case "reset_body":
      return unlessRefused(await act.answer(), (response) => act.wire.reset(response));
    case "unterminated_body":
      return unlessRefused(await act.answer(), (response) => act.wire.leaveOpen(response));
    case "slow_body":
      return unlessRefused(await act.answer(), (response) =>
        act.wire.trickle(response, fault.bytesPerSecond ?? 1),
      );
    case "endless_body":
      return unlessRefused(await act.answer(), (response) => act.wire.endless(response));
    case "compressed_body":
      return unlessRefused(await act.answer(), (response) => compress(response, fault));
    case "hang": {
      if (fault.accepted === false) return act.wire.hang();
      const afterHeaders = fault.variant === "body";
      return unlessRefused(await act.answer(), (response) =>
        act.wire.hang(afterHeaders ? response : undefined),
      );
    }
    case "nonsense":
      return unlessRefused(await act.answer(), (response) => nonsense(response, fault, act));
    case "accepted_twice":
      await act.answer();
      return act.answer();
    case "server_error":
      if (isInsideAnswer(fault)) return act.answer();
      if (fault.accepted === true) await act.answer();
      return act.vendor.refuse(fault, act.request);
    case "rate_limited":
    case "quota":
    case "unauthorized":
      return act.vendor.refuse(fault, act.request);
    case "moderated":
      if (fault.stage === "placeholder") return spoilOutputs(fault, act);
      if (act.vendor.moderatesJobs === true) return act.answer();
      return isInsideAnswer(fault) ? act.answer() : act.vendor.refuse(fault, act.request);
    case "job_not_found":
      return jobNotFound(act);
    case "status_backwards":
      return goBackwards(fault, act);
    case "odd_progress":
      return spoilProgress(fault, act);
    case "job_id_changed":
      return changeJobId(act);
    case "clock_skew":
      return skewClock(await act.answer(), fault);
    case "link_dead":
      return linkDead(fault, act);
    case "redirect":
      return redirect(fault, act);
    case "odd_outputs":
    case "wrong_type":
    case "wrong_content":
    case "truncated_media":
    case "empty_media":
      return spoilOutputs(fault, act);
    default:
      return act.answer();
  }
}

/** Noticed after the request was taken: the vendor's route knows where to say it. */
function isInsideAnswer({ stage }: Fault): boolean {
  return stage === "task" || stage === "stream" || stage === "item";
}

/** A request that the vendor refuses by itself creates nothing, so there is nothing to spoil. */
async function unlessRefused(
  response: Response,
  spoil: (response: Response) => Response | Promise<Response>,
): Promise<Response> {
  return response.ok ? await spoil(response) : response;
}
