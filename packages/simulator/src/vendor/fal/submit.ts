import { randomUUID } from "node:crypto";
import { isRecord } from "../../faults/json.ts";
import type { Fault } from "../../faults/rule.ts";
import { isFailing, startMsOf } from "../../jobs/job-clock.ts";
import { clientReferenceOf, digestOf, type ReceivedRequest } from "../../request.ts";
import { isEarly } from "../../webhooks/sender.ts";
import type { Exchange, World } from "../vendor.ts";
import { type Endpoint, findEndpoint, priceOf } from "./endpoints.ts";
import { type Failure, modelFailure, plainFailure, Refusal, requestFailure } from "./failure.ts";
import { readPictures, withoutFiles } from "./inputs.ts";
import { checkInput, namedSizes } from "./parameters.ts";
import { type FalStore, outputsOf, type RequestRecord, type Size } from "./store.ts";

const fates = new Set<Fault["kind"]>([
  "moderated",
  "job_failed",
  "job_cancelled",
  "cancel_ignored",
  "unknown_status",
  "no_outputs",
  "link_expired",
  "odd_webhook",
]);

const week = 7 * 86_400_000;

/** What a request is entered with. */
export interface Bench {
  readonly owner: string;
  readonly store: FalStore;
  readonly world: World;
}

/**
 * Takes a request into the queue, or through it at once.
 *
 * The queue takes any JSON object for an endpoint that exists; what is wrong with the input is its result, and costs
 * nothing. There is no idempotency key: the same request again is another one, and another purchase.
 *
 * @param isDirect - true for `fal.run`, which has no queue.
 * @throws Refusal - no such endpoint, or a submit that the queue itself does not take.
 */
export async function submit(
  name: string,
  { request, fault }: Exchange,
  { owner, store, world }: Bench,
  isDirect: boolean,
): Promise<RequestRecord> {
  const endpoint = findEndpoint(name);
  if (!endpoint) throw new Refusal(plainFailure(404, `Application '${name}' not found`));
  const sent = await request.body();
  const now = world.now();
  const fate = fault && fates.has(fault.kind) ? fault : undefined;
  const work = await readInput(endpoint, sent.fields, store, world);
  const webhook = request.query.get("fal_webhook") ?? undefined;
  if (webhook !== undefined && !URL.canParse(webhook)) {
    throw new Refusal(requestFailure("bad_request", "fal_webhook must be a URL"));
  }
  if (!["normal", "low"].includes(request.headers.get("x-fal-queue-priority") ?? "normal")) {
    throw new Refusal(requestFailure("bad_request", "x-fal-queue-priority must be normal or low"));
  }
  const job_ms = isDirect || isEarly(fate) ? 0 : world.settings.jobMs;
  const waited = isDirect ? undefined : overstayed(request, { created_ms: now, job_ms });
  const { failure } = work;
  const record: RequestRecord = {
    request_id: randomUUID(),
    owner,
    endpoint: endpoint.id,
    input: withoutFiles(endpoint, sent.fields),
    pictures: work.pictures,
    size: work.size,
    created_ms: now,
    job_ms,
    ...waited,
    ...(failure ? { failure } : {}),
    ...(fate ? { fate } : {}),
    ...(webhook === undefined || isDirect ? {} : { webhook }),
    media_until_ms: fate?.kind === "link_expired" ? 0 : now + job_ms + lifetimeOf(request),
  };
  // One write for both: a request without its purchase, or the other way round, would be a false invoice.
  world.state.together(() => {
    store.saveRequest(record);
    if (record.failure) return;
    const outputs = outputsOf(record);
    world.purchases.record({
      vendor: "fal",
      purchase_id: record.request_id,
      operation: endpoint.id,
      client_reference: clientReferenceOf(request),
      request_digest: digestOf(sent),
      outputs,
      credits: null,
      usd: priceOf(endpoint, record.size, outputs),
      refunded: isFailing(fate),
      created_at: new Date(now).toISOString(),
    });
  });
  world.armFaults(record.request_id, request);
  return record;
}

async function readInput(
  endpoint: Endpoint,
  fields: Record<string, unknown>,
  store: FalStore,
  world: World,
): Promise<{ pictures: RequestRecord["pictures"]; size: Size; failure?: Failure }> {
  const none = { pictures: {}, size: { width: 1024, height: 768 } };
  const wrong = checkInput(fields, endpoint.parameters);
  if (wrong.length > 0) return { ...none, failure: modelFailure(422, wrong) };
  const { kept, details, size } = await readPictures(endpoint, fields, store, world);
  if (details.length > 0) return { ...none, failure: modelFailure(422, details) };
  return { pictures: kept, size: size ?? sizeOf(fields.image_size) };
}

function sizeOf(value: unknown): Size {
  if (isRecord(value)) return { width: Number(value.width), height: Number(value.height) };
  return namedSizes[String(value ?? "landscape_4_3")] ?? { width: 1024, height: 768 };
}

/** A request that may not wait for as long as the queue is. */
function overstayed(
  { headers }: ReceivedRequest,
  clock: Pick<RequestRecord, "created_ms" | "job_ms">,
): Pick<RequestRecord, "job_ms" | "isNeverStarted" | "failure"> | undefined {
  const text = headers.get("x-fal-request-timeout");
  if (text === null) return undefined;
  const seconds = Number(text);
  if (!(seconds > 1)) {
    throw new Refusal(requestFailure("bad_request", "x-fal-request-timeout must be more than 1 second"));
  }
  if (startMsOf(clock) - clock.created_ms <= seconds * 1000) return undefined;
  const failure = requestFailure("request_timeout");
  return {
    job_ms: seconds * 1000,
    isNeverStarted: true,
    failure: { ...failure, headers: { ...failure.headers, "x-fal-request-timeout-type": "user" } },
  };
}

function lifetimeOf({ headers }: ReceivedRequest): number {
  const text = headers.get("x-fal-object-lifecycle-preference");
  if (text === null) return week;
  try {
    const { expiration_duration_seconds: seconds } = JSON.parse(text) as Record<string, unknown>;
    if (typeof seconds === "number" && seconds > 0) return seconds * 1000;
  } catch {
    // Falls through to the refusal.
  }
  throw new Refusal(requestFailure("bad_request", "x-fal-object-lifecycle-preference is malformed"));
}
