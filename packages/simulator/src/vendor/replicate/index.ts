import { setTimeout as wait } from "node:timers/promises";
import { Hono } from "hono";
import { isRecord } from "../../faults/json.ts";
import type { Fault } from "../../faults/rule.ts";
import { isFailing } from "../../jobs/job-clock.ts";
import { ownerOf } from "../owner.ts";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { createPrediction, isFree } from "./create-prediction.ts";
import { acceptFile, describeFile } from "./files.ts";
import { createMediaRoute } from "./media-route.ts";
import { describeModel, findDeployed, findModel, type Model } from "./models.ts";
import { readOrder } from "./order.ts";
import { pageOf } from "./prediction-list.ts";
import { createPredictionViews } from "./prediction-view.ts";
import { isEnd, progressAt } from "./progress.ts";
import { createAnswers, notFound, refusalOf, unauthenticated } from "./refusal.ts";
import { createStore, type PredictionRecord } from "./store.ts";
import { streamPrediction } from "./stream.ts";
import { createPredictionWebhooks } from "./webhooks.ts";

type Env = { Bindings: Exchange; Variables: { owner: string } };

const lookMs = 10;

/** Replicate. `api.replicate.com/v1` is `v1` here, `replicate.delivery` is `delivery`, `stream.replicate.com` is `stream`. */
export const replicate: CreateVendor = (world) => {
  const answers = createAnswers(world.settings.canary);
  const store = createStore(world.state);
  const views = createPredictionViews(world, answers.said);
  const webhooks = createPredictionWebhooks(world, store, views);
  const media = createMediaRoute(world, store, views);
  const routes = new Hono<Env>();
  const view = (record: PredictionRecord, passing?: Fault) => views.at(record, world.now(), passing);

  routes.get("/delivery/*", (c) => media(c.env));
  routes.get("/stream/:id", (c) => {
    const record = store.prediction(c.req.param("id"));
    if (!record) throw notFound();
    return streamPrediction(() => view(store.prediction(record.id) ?? record));
  });

  routes.use("/v1/*", async (c, next) => {
    const [, token] = /^Bearer (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "") ?? [];
    if (token === undefined) throw unauthenticated();
    c.set("owner", ownerOf(token));
    await next();
  });

  routes.post("/v1/predictions", (c) => create(c.env, c.get("owner"), undefined));
  routes.post("/v1/models/:owner/:name/predictions", (c) => {
    const model = findModel(c.req.param("owner"), c.req.param("name"));
    if (!model?.isOfficial) throw notFound();
    return create(c.env, c.get("owner"), model);
  });
  routes.post("/v1/deployments/:owner/:name/predictions", (c) => {
    const model = findDeployed(c.req.param("owner"), c.req.param("name"));
    if (!model) throw notFound();
    return create(c.env, c.get("owner"), model);
  });
  routes.get("/v1/predictions", (c) => {
    const page = pageOf(store.predictionsOf(c.get("owner")), c.env.request.query.get("cursor") ?? undefined);
    const link = (cursor: string | null) =>
      cursor === null ? null : `${world.url()}/replicate/v1/predictions?cursor=${cursor}`;
    const results = page.records.map((record) => view(record));
    return Response.json({ next: link(page.next), previous: link(page.previous), results });
  });
  routes.get("/v1/predictions/:id", (c) => {
    const record = store.prediction(c.req.param("id"), c.get("owner"));
    if (!record) throw notFound();
    return Response.json(view(fail(record, c.env.fault), c.env.fault));
  });
  routes.post("/v1/predictions/:id/cancel", (c) => {
    const record = store.prediction(c.req.param("id"), c.get("owner"));
    if (!record) throw notFound();
    const isIgnored = [record.fate, c.env.fault].some((fault) => fault?.kind === "cancel_ignored");
    return Response.json(view(isIgnored ? record : cancel(record)));
  });
  routes.get("/v1/webhooks/default/secret", (c) => Response.json({ key: webhooks.secretOf(c.get("owner")) }));
  routes.get("/v1/models/:owner/:name", (c) => {
    const model = findModel(c.req.param("owner"), c.req.param("name"));
    if (!model) throw notFound();
    return Response.json(describeModel(model, "https://replicate.com"));
  });
  routes.post("/v1/files", async (c) => {
    const file = await acceptFile(c.env, c.get("owner"), store, world);
    return Response.json(describeFile(file, world), { status: 201 });
  });
  routes.on(["GET", "DELETE"], "/v1/files/:id", (c) => {
    const file = store.file(c.req.param("id"), c.get("owner"));
    if (!file) throw notFound();
    if (c.req.method === "GET") return Response.json(describeFile(file, world));
    store.saveFile({ ...file, isDeleted: true });
    return new Response(null, { status: 204 });
  });
  routes.notFound(() => answers.refusal(notFound()));
  routes.onError((error) => answers.refusal(answers.from(error)));

  /** Answers at once, or holds the answer back until the prediction is over or the patience is. */
  async function create(exchange: Exchange, owner: string, model: Model | undefined): Promise<Response> {
    const order = await readOrder(exchange.request, model);
    const record = await createPrediction(order, exchange, owner, store, world);
    await webhooks.announce(record);
    if (order.waitMs === undefined) return Response.json(view(record), { status: 201 });
    const until = record.created_ms + order.waitMs;
    for (;;) {
      const latest = store.prediction(record.id) ?? record;
      const { isOver } = progressAt(latest, world.now());
      if (isOver || world.now() >= until) return Response.json(view(latest), { status: isOver ? 201 : 202 });
      await wait(lookMs, undefined, { ref: false });
    }
  }

  function cancel(record: PredictionRecord): PredictionRecord {
    const now = world.now();
    if (progressAt(record, now).isOver) return record;
    const cancelled = { ...record, cancelled_ms: now };
    world.state.together(() => {
      store.save(cancelled);
      if (isFree(cancelled, now)) world.purchases.refund(record.id);
    });
    webhooks.announceCancel(cancelled);
    return cancelled;
  }

  /** A job that is told to fail while it is being watched fails for good. */
  function fail(record: PredictionRecord, fault: Fault | undefined): PredictionRecord {
    const now = world.now();
    if (!fault || !isFailing(fault) || progressAt(record, now).isOver) return record;
    const failed = { ...record, fate: fault, job_ms: now - record.created_ms };
    world.state.together(() => {
      store.save(failed);
      if (isFree(failed, now)) world.purchases.refund(record.id);
    });
    return failed;
  }

  return {
    name: "replicate",
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
      if (path.startsWith("/delivery/")) return "media";
      if (method === "POST" && path === "/v1/files") return "upload";
      if (method === "POST" && path.endsWith("/predictions")) return "create";
      return method === "GET" && path.startsWith("/v1/predictions") ? "read" : "other";
    },
    saysDone: (body) => isRecord(body) && isEnd(body.status),
    refuse: (fault) => answers.refusal(refusalOf(fault)),
    nonsense(variant) {
      if (variant === "refusal_in_200") return answers.body(refusalOf({ kind: "server_error" }));
      return variant === "missing_id"
        ? { status: "starting", output: null, error: null }
        : { id: 12345, status: 7, output: { url: 42 }, error: [], urls: "none" };
    },
  };
};
