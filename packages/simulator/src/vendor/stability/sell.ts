import { setTimeout as wait } from "node:timers/promises";
import type { Accounts } from "../../accounts.ts";
import type { Fault } from "../../faults/rule.ts";
import { isFailing } from "../../jobs/job-clock.ts";
import type { PictureFormat } from "../../media/picture.ts";
import { encode } from "../../media/picture.ts";
import { createRandom } from "../../random.ts";
import { clientReferenceOf, digestOf, type ReceivedRequest, type RequestBody } from "../../request.ts";
import type { Exchange, World } from "../vendor.ts";
import { buildModel } from "./build-model.ts";
import { deliver, isCaught, type Wanted, wantedOf } from "./deliver.ts";
import type { Endpoint } from "./endpoints.ts";
import type { Errors } from "./errors.ts";
import type { Jobs } from "./jobs.ts";
import { type Order, readOrder } from "./order.ts";
import { paint } from "./paint.ts";
import { badRequest, Refusal } from "./refusal.ts";

/** What selling needs. */
interface Shop {
  readonly world: World;
  readonly errors: Errors;
  readonly accounts: Accounts;
  readonly jobs: Jobs;
}

const bytesMax = 10 * 1024 * 1024;
const dollarsPerCredit = 0.01;
const seedMax = 4_294_967_294;

/** Answers every creating endpoint: check, buy, paint, answer. */
export function createSale({ world, errors, accounts, jobs }: Shop) {
  return async (endpoint: Endpoint, owner: string, { request, fault }: Exchange): Promise<Response> => {
    checkRequest(request);
    const wanted = endpoint.kind === "picture" ? wantedOf(request) : "bytes";
    const body = await request.body();
    const order = await readOrder(endpoint, body);
    const credits = typeof endpoint.credits === "number" ? endpoint.credits : endpoint.credits(order);
    if (accounts.balance(owner) < credits) throw errors.of({ kind: "quota" });
    // Who answers at once refuses at once; a job is accepted first.
    const fails = isFailing(fault);
    if (fails && fault && endpoint.kind !== "job") throw errors.of(fault);

    const id = endpoint.kind === "job" ? jobs.newId() : errors.id();
    world.purchases.record({
      vendor: "stability",
      purchase_id: id,
      operation: endpoint.path.replace(/^stable-image\//, ""),
      client_reference: clientReferenceOf(request) ?? request.headers.get("stability-client-user-id"),
      request_digest: digestOf(body),
      outputs: 1,
      credits,
      usd: Math.round(credits * dollarsPerCredit * 1e6) / 1e6,
      refunded: fails,
      created_at: new Date(world.now()).toISOString(),
    });
    if (!fails) accounts.spend(owner, credits);
    const seed = order.number("seed") || drawSeed(world, body);
    if (endpoint.kind === "job") {
      jobs.start({ owner, path: endpoint.path, seed, body }, id, fault);
      world.armFaults(id, request);
      return Response.json({ id }, { headers: { "x-request-id": errors.id() } });
    }
    await wait(world.settings.latencyMs);
    if (endpoint.kind === "model") return modelAnswer(order, seed, id, fault);
    return pictureAnswer(order, seed, id, wanted, fault);
  };
}

async function pictureAnswer(
  order: Order,
  seed: number,
  id: string,
  wanted: Wanted,
  fault: Fault | undefined,
): Promise<Response> {
  const format = order.text("output_format") as PictureFormat;
  const isEmpty = fault?.kind === "no_outputs";
  const bytes = isEmpty ? new Uint8Array() : await encode(await paint(order, seed), format);
  // An endpoint without a seed says 0, as the vendor's own examples do. The base blurs what the filter caught.
  const shown = "seed" in order.endpoint.fields ? seed : 0;
  return deliver({ bytes, format, seed: shown, filtered: isCaught(fault) }, wanted, id);
}

async function modelAnswer(
  order: Order,
  seed: number,
  id: string,
  fault: Fault | undefined,
): Promise<Response> {
  const bytes = fault?.kind === "no_outputs" ? new Uint8Array() : await buildModel(order, seed);
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": "model/gltf-binary",
      "content-length": String(bytes.length),
      "x-request-id": id,
    },
  });
}

/** What is wrong with a request before its form is looked at. */
function checkRequest({ bytes, headers }: ReceivedRequest): void {
  if (bytes.length > bytesMax) {
    throw new Refusal(413, "payload_too_large", ["body: payloads cannot be larger than 10MiB in size"]);
  }
  if (!(headers.get("content-type") ?? "").startsWith("multipart/form-data")) {
    throw badRequest("content-type: must be multipart/form-data");
  }
  for (const name of ["stability-client-id", "stability-client-user-id", "stability-client-version"]) {
    if ((headers.get(name) ?? "").length > 256) throw badRequest(`${name}: must be at most 256 characters`);
  }
}

/** Seed 0 means any: another one for each purchase, the same ones for a simulator of the same seed. */
function drawSeed(world: World, body: RequestBody): number {
  const random = createRandom(`${world.settings.seed}/${world.purchases.all().length}/${digestOf(body)}`);
  return random.whole(1, seedMax);
}
