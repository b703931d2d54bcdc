import { Hono } from "hono";
import type { Fault } from "../../faults/rule.ts";
import { isFailing } from "../../jobs/job-clock.ts";
import { ownerOf } from "../owner.ts";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { balanceOf, usageOf } from "./account.ts";
import { createTask, type Operation } from "./create-task.ts";
import { createEnvelope, refusalOf, unauthorized } from "./envelope.ts";
import { createLinks } from "./links.ts";
import { createMediaRoute } from "./media-route.ts";
import { invalid, Refusal, taskNotFound } from "./refusal.ts";
import { createStore, type TaskRecord } from "./store.ts";
import { createTaskViews } from "./task-view.ts";
import { acceptFile, createPresigned } from "./uploads.ts";
import { createTaskWebhooks } from "./webhooks.ts";

/** Every path that orders something, below `/v3/`. */
const orders: Readonly<Record<string, Operation>> = {
  "generation/text-to-model": "text_to_model",
  "generation/image-to-model": "image_to_model",
  "generation/multiview-to-model": "multiview_to_model",
  "models/texture": "texture_model",
  "models/convert": "convert_model",
  "models/import": "import_model",
  "models/refine": "refine_model",
};

/** Tripo's V3 API: tasks that take their time, links that die, an account that remembers. */
export const tripo: CreateVendor = (world) => {
  const envelope = createEnvelope(world.settings.canary);
  const store = createStore(world.state);
  const links = createLinks(world);
  const views = createTaskViews(world, store, links);
  const webhooks = createTaskWebhooks(world, store, views);
  const presigned = createPresigned(world, store);
  const routes = new Hono<{ Bindings: Exchange; Variables: { owner: string } }>();

  const media = createMediaRoute(world, store, links);
  routes.get("/media/*", (c) => media(c.env));
  routes.put("/media/*", (c) => presigned.put(c.env));

  routes.use("/v3/*", async (c, next) => {
    const [, key = ""] = /^Bearer (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "") ?? [];
    // `tcli_` values are client ids: people paste them by mistake, and the vendor refuses them.
    if (key === "" || key.startsWith("tcli_")) throw unauthorized();
    c.set("owner", ownerOf(key));
    await next();
  });

  for (const [path, operation] of Object.entries(orders)) {
    routes.post(`/v3/${path}`, async (c) => {
      const task = await createTask(operation, c.env, { owner: c.get("owner"), store, world }, webhooks);
      const data = { task_id: task.task_id, type: operation, status: "queued" };
      return envelope.success(data, c.env.request);
    });
    routes.all(`/v3/${path}`, (c) =>
      envelope.refusal(new Refusal(405, 1003, "Method not allowed"), c.env.request),
    );
  }
  routes.post("/v3/files", async (c) => {
    const { files } = await c.env.request.body();
    const file = files.find(({ field }) => field === "file");
    if (!file) throw invalid("file", "is required");
    const file_token = store.saveFile(c.get("owner"), await acceptFile(file.bytes, world));
    return envelope.success({ file_token }, c.env.request);
  });
  routes.post("/v3/files/presign", async (c) =>
    envelope.success(presigned.issue((await c.env.request.body()).fields, c.get("owner")), c.env.request),
  );
  routes.get("/v3/tasks/:id", (c) => {
    const task = store.task(c.req.param("id"), c.get("owner"));
    if (!task) throw taskNotFound();
    return envelope.success(views.detail(fail(task, c.env.fault), c.env.fault), c.env.request);
  });
  routes.post("/v3/tasks/list", async (c) => {
    const { task_ids: ids } = (await c.env.request.body()).fields;
    if (!Array.isArray(ids) || ids.length === 0 || ids.length > 100) {
      throw invalid("task_ids", "must be a list of 1 to 100 ids");
    }
    const found = ids.flatMap((id) => store.task(String(id), c.get("owner")) ?? []);
    const tasks = Object.fromEntries(found.map((task) => [task.task_id, views.detail(task)]));
    return envelope.success({ tasks, missed: ids.filter((id) => !(String(id) in tasks)) }, c.env.request);
  });
  routes.get("/v3/account/usage", (c) =>
    envelope.success(usageOf(c.env.request, c.get("owner"), store, views), c.env.request),
  );
  routes.get("/v3/account/balance", (c) =>
    envelope.success(balanceOf(c.get("owner"), store, world), c.env.request),
  );
  routes.notFound((c) => envelope.refusal(new Refusal(404, 4001, "Route not found"), c.env.request));
  routes.onError((error, c) => envelope.refusal(envelope.from(error), c.env.request));

  /** A job that is told to fail while it is being watched fails for good. */
  function fail(task: TaskRecord, fault: Fault | undefined): TaskRecord {
    if (!fault || !isFailing(fault)) return task;
    const failed = { ...task, fate: fault, job_ms: Math.min(task.job_ms, world.now() - task.created_ms) };
    store.saveTask(failed);
    world.purchases.refund(task.task_id);
    return failed;
  }

  return {
    name: "tripo",
    routes: routes as unknown as Hono<{ Bindings: Exchange }>,
    faults: new Set([
      "moderated",
      "job_failed",
      "job_cancelled",
      "unknown_status",
      "link_expired",
      "no_outputs",
      "odd_webhook",
    ]),
    roleOf(method, path) {
      if (path.startsWith("/media/")) return method === "PUT" ? "upload" : "media";
      if (method === "POST" && path.slice("/v3/".length) in orders) return "create";
      if (method === "POST" && path.startsWith("/v3/files")) return "upload";
      return method === "GET" || path === "/v3/tasks/list" ? "read" : "other";
    },
    refuse: (fault, request) => envelope.refusal(refusalOf(fault), request),
    nonsense(variant, role, request) {
      if (variant === "refusal_in_200")
        return envelope.refusalBody(refusalOf({ kind: "server_error" }), request);
      const data =
        role === "create" ? { type: 5, task_id: 12345 } : { task_id: 12345, status: 7, progress: "NaN" };
      return { code: 0, status: "success", data: variant === "missing_id" ? {} : data };
    },
  };
};
