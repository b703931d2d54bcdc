import type { BffContext } from "../context.ts";
import { AppError, isAppError } from "../errors/app-error.ts";
import { isProviderError } from "../errors/provider-error.ts";
import type { JobReference, ProviderOutput } from "../providers/port.ts";
import type { AssetUrl } from "./asset-url.ts";

/** Who made an output, and as which of its outputs. */
export interface Origin {
  readonly operation: string;
  readonly provider: string;
  readonly job: JobReference | null;
  readonly index: number;
}

/** An output that was handed on. */
interface HandedOn {
  readonly userId: string;
  readonly assetId: string;
  readonly origin: Origin;
}

const askTimeoutMs = 15_000;
/** However often a page asks, the vendor is asked twice a minute. */
const rememberedMs = 30_000;
const rememberedMax = 1000;

type Renewal = Promise<AssetUrl | undefined>;
const remembered = new WeakMap<BffContext, Map<string, { until: number; renewal: Renewal }>>();

/**
 * Asks the vendor for a fresh URL of what it has made already. Undefined: it has none any more.
 *
 * Calls for one output within half a minute share one answer of the vendor, failures too.
 *
 * @throws AppError `unavailable` - the vendor could not be asked, or its URL could not be reached.
 */
export function renewUrl(context: BffContext, asset: HandedOn): Renewal {
  const known = remembered.get(context) ?? new Map<string, { until: number; renewal: Renewal }>();
  remembered.set(context, known);
  const now = context.clock.monotonic();
  const earlier = known.get(asset.assetId);
  if (earlier !== undefined && earlier.until > now) return earlier.renewal;
  if (known.size >= rememberedMax) known.clear();
  const renewal = renew(context, asset);
  known.set(asset.assetId, { until: now + rememberedMs, renewal });
  return renewal;
}

async function renew(context: BffContext, { userId, assetId, origin }: HandedOn): Renewal {
  const provider = context.catalogue.provider(origin.provider);
  const { temporary } = context.storage;
  if (provider?.check === undefined || origin.job === null || temporary === undefined) return undefined;
  const signal = AbortSignal.any([context.closing, AbortSignal.timeout(askTimeoutMs)]);
  try {
    const answer = await provider.check(origin.job, { signal, logger: context.logger });
    const url = answer.state === "done" ? await urlAmong(answer.outputs, origin.index) : undefined;
    if (url === undefined) return undefined;
    // The same guard as at the first time: it is we who tell people to go there.
    const { stream } = await context.guardedFetch(url, { signal });
    await stream.cancel();
    const renewed = await context.database.call("genbff_renew_asset", {
      p_user_id: userId,
      p_asset_id: assetId,
      p_url: url,
      p_live_ms: provider.outputUrlsLiveMs ?? temporary.lifetimeMs,
    });
    return (renewed as unknown as AssetUrl | null) ?? undefined;
  } catch (error) {
    context.logger.warn({ provider: origin.provider, error }, "a handed-on URL could not be renewed");
    if (isAppError(error, "asset_url_not_allowed")) return undefined;
    if (isProviderError(error) && (error.outcome === "refused" || error.outcome === "failed"))
      return undefined;
    throw new AppError("unavailable", { cause: error });
  }
}

/** What came as a stream meanwhile is let go: nobody reads it. */
async function urlAmong(
  outputs: Iterable<ProviderOutput> | AsyncIterable<ProviderOutput>,
  index: number,
): Promise<string | undefined> {
  let url: string | undefined;
  for await (const output of outputs) {
    if ("stream" in output.source) await output.source.stream.cancel();
    else if ("url" in output.source && output.index === index) url = output.source.url;
  }
  return url;
}
