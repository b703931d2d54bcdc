import type { BffContext } from "../context.ts";
import type { ProviderOutput } from "../providers/port.ts";
import type { RemoteOutput, WorkOrder } from "./work-order.ts";

type Ports = Pick<BffContext, "catalogue" | "storage">;

/**
 * Notes an output that the provider has just left behind a URL, with its end where the URL is handed on.
 *
 * @throws Error - it is none.
 */
export function toRemote(context: Ports, order: WorkOrder, output: ProviderOutput): RemoteOutput {
  if (!("url" in output.source)) throw new Error("a provider mixed streams and URLs in one answer");
  const { temporary } = context.storage;
  const { index, source, metadata } = output;
  const liveMs = context.catalogue.provider(order.provider)?.outputUrlsLiveMs ?? temporary?.lifetimeMs;
  return {
    index,
    url: source.url,
    ...(temporary === undefined || liveMs === undefined ? {} : { expires_at: expiryOf(order, liveMs) }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** So long after the order was read, by the database's clock: never later than the vendor means. */
export function expiryOf(order: Pick<WorkOrder, "now">, liveMs: number): string {
  return new Date(Date.parse(order.now) + liveMs).toISOString();
}
