import * as z from "zod";
import {
  ProviderError,
  type ProviderErrorCode,
  type ProviderErrorOptions,
} from "../../errors/provider-error.ts";
import { type AnyProvider, defineProvider } from "../../providers/define-provider.ts";
import type { LookupResult, ProviderAnswer, ProviderJob, ProviderOutput } from "../../providers/port.ts";
import type { JsonValue } from "../../shared/json.ts";
import { outputBytes, streamOf } from "./media.ts";
import type { SimulatedProcess } from "./process.ts";
import { linkMs, type Sale, type Vendor } from "./vendor.ts";
import type { World } from "./world.ts";

/** A request that is on its way arrives within this, or never: afterwards the vendor's list is the truth. */
const settleMs = 30_000;

/** One process's way to a vendor: what an adapter of ours does, with every way in which the line can fail. */
export function vendorProvider(world: World, process: SimulatedProcess, vendor: Vendor): AnyProvider {
  const { luck, time } = world;
  const offers = vendor.kind === "sync" ? ["text-to-image", "plan"] : ["text-to-image", "image-to-model"];
  const said = (what: string) => `${vendor.name} ${what}`;

  async function submit(job: ProviderJob, request: string, signal: AbortSignal): Promise<ProviderAnswer> {
    const trouble = luck.trouble({ notSent: 12, lost: 20, unheard: 20, silent: 30, unclassed: 40 });
    if (trouble === "notSent") throw failed("not_sent");
    let sale: Sale | undefined;
    const sell = () => {
      if (trouble === "lost") throw failed("unknown");
      const no = luck.trouble({ refused: 25, later: 15, moderated: 25, mistaken: 60 });
      if (no === "refused") throw failed("refused");
      if (no === "later") throw failed("refused", { retryAfterMs: luck.between(1, 20) * 1000 });
      if (no === "moderated") throw failed("refused", {}, "content_rejected");
      if (no === "mistaken") throw failed("refused", { operator: true });
      sale = vendor.sell({
        generationId: job.generationId,
        attempt: job.attempt,
        request,
        kind: job.operation === "plan" ? "json" : job.operation === "image-to-model" ? "model" : "image",
        outputs: job.outputs,
      });
      return sale;
    };
    const isSync = vendor.kind === "sync";
    const workMs = isSync ? luck.between(200, 30_000) : 0;
    const answered = process.journey(said(`submit(${job.generationId})`), sell, {
      workMs,
      brief: ({ key }) => `${key}${trouble === undefined ? "" : ` ${trouble}`}`,
    });
    // Nobody may be left to hear it.
    answered.catch(() => undefined);
    const sold = await Promise.race([
      trouble === "silent" ? new Promise<never>(() => {}) : answered,
      aborted(signal),
    ]);
    if (trouble === "unheard") throw failed("unknown");
    if (trouble === "unclassed") throw new TypeError("an adapter's own mistake");
    return isSync ? result(sold) : { state: "running", reference: { key: sold.key }, pollAfterMs: pollMs() };
  }

  /** The whole answer of a vendor that answers at once, or of a job that is over. */
  function result(sale: Sale): ProviderAnswer {
    if (sale.fate === "failed") throw failed("failed", {}, "provider_failed");
    if (sale.fate === "moderated")
      return { state: "refused", error: failed("refused", {}, "content_rejected") };
    if (sale.kind === "json") return { state: "done", outputs: [{ index: 0, source: { json: plan(sale) } }] };
    const count = sale.fate === "partial" ? sale.outputs - 1 : sale.outputs;
    const failures = sale.fate === "partial" ? [{ index: count, code: "content_rejected" as const }] : [];
    const outputs = Array.from({ length: count }, (_, index) => output(sale, index));
    return {
      state: "done",
      outputs,
      failures,
      ...(vendor.kind === "sync" ? {} : { reference: { key: sale.key } }),
    };
  }

  function output(sale: Sale, index: number): ProviderOutput {
    // A link lives for a minute from when it was handed out.
    if (vendor.kind !== "sync")
      return { index, source: { url: `${vendor.name}://${sale.key}/${index}/${time.now()}` } };
    const cut = luck.trouble({ cut: 20, short: 30 });
    const error = cut === "cut" ? { error: new Error("the line was cut") } : {};
    const bytes = outputBytes(sale.kind as "image", sale.number, index);
    const pace = () => process.wait(luck.between(1, 200));
    return {
      index,
      source: { stream: streamOf(bytes, pace, cut && { after: luck.between(0, 2), ...error }) },
    };
  }

  async function check(key: string): Promise<ProviderAnswer> {
    const trouble = luck.trouble({ down: 15, absent: 20, odd: 30, patience: 30, unsent: 30 });
    return process.journey(
      said(`check(${key})`),
      () => {
        if (trouble === "unsent") throw failed("not_sent");
        if (trouble === "down" || trouble === "absent") throw failed("unknown");
        if (trouble === "patience") throw failed("unknown", { retryAfterMs: luck.between(1, 30) * 1000 });
        if (trouble === "odd") throw new Error("a status word that nobody knows");
        const sale = vendor.find(key);
        if (sale === undefined) throw new Error(`${key} was never sold`);
        if (sale.stopped) throw failed("failed", {}, "provider_failed");
        if (sale.readyAt <= time.now()) return result(sale);
        const progress = luck.between(0, 120);
        return {
          state: "running",
          reference: { key },
          pollAfterMs: pollMs(),
          progress,
          stage: "working",
        } as const;
      },
      { brief: ({ state }) => state },
    );
  }

  async function lookup(request: string, intentAt: number): Promise<LookupResult> {
    return process.journey(
      said("lookup"),
      () => {
        if (luck.badly(10)) throw failed("unknown");
        const candidates = vendor.sales
          .filter((sale) => sale.request === request && sale.at >= intentAt - 1000)
          .map(({ key }) => ({ key }));
        return { candidates, conclusive: time.now() - intentAt > settleMs };
      },
      { brief: ({ candidates, conclusive }) => `${candidates.length}${conclusive ? "" : "?"}` },
    );
  }

  async function cancel(key: string): Promise<boolean> {
    return process.journey(
      said(`cancel(${key})`),
      () => {
        if (luck.badly(6)) throw failed("unknown");
        const sale = vendor.find(key);
        if (sale === undefined || sale.readyAt <= time.now() || luck.badly(4)) return false;
        sale.stopped = true;
        return true;
      },
      { brief: String },
    );
  }

  const pollMs = () => luck.between(1000, 8000);
  const parameters = z.object({});
  const outputs = (input: Record<string, unknown>) => Number(input.n ?? 1);
  return defineProvider({
    vendor: vendor.name,
    outputUrlsLiveMs: linkMs,
    offers: Object.fromEntries(offers.map((name) => [name, { parameters, outputs }])),
    submitTimeoutMs: vendor.kind === "sync" ? 120_000 : 15_000,
    async prepare(job) {
      if (luck.badly(40)) throw failed(luck.oneOf(["not_sent", "refused"] as const));
      for (const file of job.files) for await (const _ of await file.open());
      return { request: { text: `${job.operation} ${job.prompt ?? ""} ×${job.outputs}` } };
    },
    submit: (job, { request }, { signal }) => submit(job, String(request.text), signal),
    ...(vendor.kind === "sync" ? {} : { check: ({ key }) => check(key) }),
    ...(vendor.kind === "jobs"
      ? {
          lookup: ({ request, intentAt }) => lookup(String(request.text), intentAt),
          cancel: ({ key }) => cancel(key),
        }
      : {}),
  });
}

/** What the planner proposes: two pictures, and a model from the second. */
function plan(sale: Sale): JsonValue {
  return { pictures: ["a lamp", `a chair ${sale.number}`] };
}

function failed(
  outcome: ProviderErrorOptions["outcome"],
  options: Partial<ProviderErrorOptions> = {},
  code: ProviderErrorCode = "provider_unavailable",
): ProviderError {
  return new ProviderError(code, { outcome, message: "simulated", ...options });
}

/** Rejects as an adapter does whose time is up: the request may have been bought. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(failed("unknown", {}, "provider_timeout"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}
