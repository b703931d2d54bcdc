import { setTimeout as wait } from "node:timers/promises";
import { Hono } from "hono";
import type { Fault } from "../../faults/rule.ts";
import { isFailing } from "../../jobs/job-clock.ts";
import { ownerOf } from "../owner.ts";
import type { CreateVendor, Exchange, World } from "../vendor.ts";
import { createAnswers, fieldsOf } from "./answers.ts";
import { findEndpoint } from "./endpoints.ts";
import { failureOf, plainFailure, Refusal, unauthorized } from "./failure.ts";
import { createMediaRoute } from "./media-route.ts";
import { modelsOf, pricesOf } from "./model-api.ts";
import { createOutcomes, isFailure, isOver, standing } from "./outcome.ts";
import { createSigningKeys } from "./signing-keys.ts";
import { streamStatus } from "./status-stream.ts";
import { createStorage } from "./storage.ts";
import { createStore, type FalStore, type RequestRecord } from "./store.ts";
import { submit } from "./submit.ts";
import { createFalWebhooks } from "./webhooks.ts";
import { createWorkshop } from "./workshop.ts";

type Env = { Bindings: Exchange; Variables: { owner: string } };

const requestPath = /^\/queue\/(.+)\/requests\/([^/]+?)(\/status|\/status\/stream|\/cancel)?$/;

/**
 * fal.ai. Its hosts are folders here: `queue.fal.run` is `queue`, `fal.run` is `run`, `rest.fal.ai` is `rest`,
 * `api.fal.ai` is `api`, and `v3.fal.media` is `media`.
 */
export const fal: CreateVendor = (world) => {
  const answers = createAnswers(world.settings.canary);
  const store = createStore(world.state);
  const workshop = createWorkshop(world);
  const outcomes = createOutcomes(world, workshop, answers.said);
  const keys = createSigningKeys(world);
  const webhooks = createFalWebhooks(world, store, outcomes, keys, answers);
  const storage = createStorage(world, store);
  const media = createMediaRoute(world, store, workshop);
  const routes = new Hono<Env>();

  routes.get("/media/*", (c) => media(c.env));
  routes.put("/upload/*", (c) => storage.put(c.env));
  routes.get("/rest/.well-known/jwks.json", () => Response.json(keys.jwks()));
  routes.get("/api/v1/models", (c) => Response.json(modelsOf(c.env.request.query)));
  routes.get("/api/v1/models/pricing", (c) => Response.json(pricesOf(c.env.request.query)));

  routes.use("*", async (c, next) => {
    const [, key] = /^Key (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "") ?? [];
    if (key === undefined) throw new Refusal(unauthorized());
    c.set("owner", ownerOf(key));
    await next();
  });
  routes.post("/rest/storage/upload/initiate", async (c) => Response.json(await storage.initiate(c.env)));

  routes.post("/queue/*", async (c) => {
    const name = c.env.request.path.slice("/queue/".length);
    const record = await submit(name, c.env, { owner: c.get("owner"), store, world }, false);
    if (record.webhook !== undefined) await webhooks.announce(record, record.webhook);
    const { request_id, endpoint } = record;
    const address = `${world.url()}/fal/queue/${findEndpoint(endpoint)?.app}/requests/${request_id}`;
    const body = {
      status: "IN_QUEUE",
      request_id,
      response_url: address,
      status_url: `${address}/status`,
      cancel_url: `${address}/cancel`,
      queue_position: outcomes.position(record),
    };
    return Response.json(body, { headers: { "x-fal-request-id": request_id } });
  });
  routes.get("/queue/*", async (c) => {
    const [, , , part = ""] = requestPath.exec(c.env.request.path) ?? [];
    const found = requestOf(c.env, c.get("owner"), store);
    if (!found || part === "/cancel") throw new Refusal(plainFailure(404, "Request not found"));
    const record = fail(found, c.env.fault, store, world);
    const withLogs = ["1", "true"].includes(c.env.request.query.get("logs") ?? "");
    if (part === "/status") return Response.json(outcomes.status(record, withLogs, c.env.fault));
    if (part === "/status/stream") {
      return streamStatus(() => outcomes.status(store.request(record.request_id) ?? record, withLogs));
    }
    return resultResponse(record, c.env.fault);
  });
  routes.put("/queue/*", (c) => {
    const record = requestOf(c.env, c.get("owner"), store);
    if (!record || !c.env.request.path.endsWith("/cancel")) {
      return Response.json({ status: "NOT_FOUND" }, { status: 404 });
    }
    const where = standing(record, world.now());
    if (isOver(where)) return Response.json({ status: "ALREADY_COMPLETED" }, { status: 400 });
    const isIgnored = [record.fate, c.env.fault].some((fault) => fault?.kind === "cancel_ignored");
    if (!isIgnored) {
      world.state.together(() => {
        store.saveRequest({ ...record, cancelled_ms: world.now() });
        world.purchases.refund(record.request_id);
      });
    }
    // "OK" says that it was taken out of the queue: what goes on all the same was never told so.
    return where.phase === "queued" && !isIgnored
      ? Response.json({ status: "OK" })
      : Response.json({ status: "CANCELLATION_REQUESTED" }, { status: 202 });
  });
  routes.post("/run/*", async (c) => {
    const name = c.env.request.path.slice("/run/".length);
    const record = await submit(name, c.env, { owner: c.get("owner"), store, world }, true);
    await wait(world.settings.latencyMs);
    return resultResponse(record, undefined);
  });
  routes.notFound(() => answers.failure(plainFailure(404, "Not Found")));
  routes.onError((error) => answers.failure(answers.from(error)));

  async function resultResponse(record: RequestRecord, passing: Fault | undefined): Promise<Response> {
    const headers = { "x-fal-request-id": record.request_id };
    const result = await outcomes.result(record, passing);
    if (result === undefined)
      return answers.failure(plainFailure(400, "Request is still in progress"), headers);
    return isFailure(result) ? answers.failure(result, headers) : Response.json(result, { headers });
  }

  return {
    name: "fal",
    routes: routes as unknown as Hono<{ Bindings: Exchange }>,
    faults: new Set([
      "moderated",
      "job_failed",
      "job_cancelled",
      "cancel_ignored",
      "unknown_status",
      "no_outputs",
      "link_expired",
      "odd_webhook",
    ]),
    moderatesJobs: true,
    roleOf(method, path) {
      if (path.startsWith("/media/")) return "media";
      if (path.startsWith("/upload/") || path.startsWith("/rest/storage/")) return "upload";
      if (method === "POST" && /^\/(?:queue|run)\//.test(path)) return "create";
      return method === "GET" && path.startsWith("/queue/") ? "read" : "other";
    },
    saysDone: (body) => fieldsOf(body).status === "COMPLETED",
    refuse: (fault) => answers.failure(failureOf(fault)),
    nonsense(variant, role) {
      if (variant === "refusal_in_200") return answers.body(failureOf({ kind: "server_error" }));
      if (role !== "create") return variant === "missing_id" ? {} : { status: 7, images: "none" };
      return variant === "missing_id"
        ? { status: "IN_QUEUE", queue_position: 0 }
        : { status: 5, request_id: 12345, response_url: null, status_url: {}, queue_position: "soon" };
    },
  };
};

/** The request that a path names: by `{owner}/{alias}` alone, never with the subpath of its submit. */
function requestOf({ request }: Exchange, owner: string, store: FalStore): RequestRecord | undefined {
  const [, app, id = ""] = requestPath.exec(request.path) ?? [];
  const record = store.request(id, owner);
  return record && findEndpoint(record.endpoint)?.app === app ? record : undefined;
}

/** A job that is told to fail while it is being watched fails for good. */
function fail(record: RequestRecord, fault: Fault | undefined, store: FalStore, world: World): RequestRecord {
  if (!fault || !isFailing(fault) || isOver(standing(record, world.now()))) return record;
  const failed = { ...record, fate: fault, job_ms: world.now() - record.created_ms };
  store.saveRequest(failed);
  world.purchases.refund(record.request_id);
  return failed;
}
