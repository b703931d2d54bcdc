import { setTimeout as wait } from "node:timers/promises";
import type { ReceivedRequest } from "../request.ts";
import type { Vendor } from "../vendor/vendor.ts";
import type { Fault, NonsenseVariant, RequestRole } from "./rule.ts";
import type { Wire } from "./wire.ts";

/** One request on its way through a vendor. */
export interface Act {
  readonly vendor: Vendor;
  readonly role: RequestRole;
  readonly request: ReceivedRequest;
  readonly wire: Wire;
  /** The vendor's honest answer. Calling it is what accepts, and bills, a job. */
  readonly answer: () => Promise<Response>;
}

/**
 * Lets a fault happen to a request.
 *
 * Kinds that concern a job rather than a connection pass through: the vendor's route acts them out.
 */
export async function actOut(fault: Fault, act: Act): Promise<Response> {
  switch (fault.kind) {
    case "latency": {
      const response = await act.answer();
      await wait(fault.latencyMs ?? 1000);
      return response;
    }
    case "drop_before_accept":
      return act.wire.destroy();
    case "drop_after_accept":
      return unlessRefused(await act.answer(), () => act.wire.destroy());
    case "truncated_body":
      return unlessRefused(await act.answer(), (response) => act.wire.truncate(response));
    case "hang": {
      if (fault.accepted === false) return act.wire.hang();
      const afterHeaders = fault.variant === "body";
      return unlessRefused(await act.answer(), (response) =>
        act.wire.hang(afterHeaders ? response : undefined),
      );
    }
    case "nonsense":
      return unlessRefused(await act.answer(), () => nonsense(fault, act));
    case "server_error":
      if (fault.accepted === true) await act.answer();
      return act.vendor.refuse(fault, act.request);
    case "rate_limited":
    case "quota":
    case "unauthorized":
      return act.vendor.refuse(fault, act.request);
    case "moderated":
      return fault.stage === "task" ? act.answer() : act.vendor.refuse(fault, act.request);
    default:
      return act.answer();
  }
}

/** A request that the vendor refuses by itself creates nothing, so there is nothing to spoil. */
async function unlessRefused(
  response: Response,
  spoil: (response: Response) => Response | Promise<Response>,
): Promise<Response> {
  return response.ok ? await spoil(response) : response;
}

function nonsense(fault: Fault, { vendor, role, request }: Act): Response {
  const variant = (fault.variant ?? "html") as NonsenseVariant;
  if (variant === "html") {
    return new Response("<!doctype html><title>Bad gateway</title><h1>Something went wrong</h1>", {
      headers: { "content-type": "text/html; charset=utf-8" },
    });
  }
  const json = { "content-type": "application/json" };
  if (variant === "empty") return new Response("", { headers: json });
  if (variant === "null") return new Response("null", { headers: json });
  return new Response(JSON.stringify(vendor.nonsense(variant, role, request)), { headers: json });
}
