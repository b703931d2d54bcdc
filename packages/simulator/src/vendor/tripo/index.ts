import { Hono } from "hono";
import type { Fault } from "../../faults/rule.ts";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { balanceOf, usageOf } from "./account.ts";
import { createTask } from "./create-task.ts";
import { createEnvelope, refusalOf, unauthorized } from "./envelope.ts";
import { acceptPicture } from "./inputs.ts";
import { createLinks } from "./links.ts";
import { createMediaRoute } from "./media-route.ts";
import type { Operation } from "./order.ts";
import { isFailing } from "./progress.ts";
import { invalid, Refusal, taskNotFound } from "./refusal.ts";
import { createStore, ownerOf, type TaskRecord } from "./store.ts";
import { createTaskViews } from "./task-view.ts";

/** Tripo's V3 API: tasks that take their time, links that die, an account that remembers. */
export const tripo: CreateVendor = (world) => {
  const envelope = createEnvelope(world.settings.canary);
  const store = createStore(world.state);
  const links = createLinks(world);
  const views = createTaskViews(world, store, links);
  const routes = new Hono<{ Bindings: Exchange; Variables: { owner: string } }>();

  const media = createMediaRoute(world, store, links);
  routes.get("/media/*", (c) => media(c.env));

  routes.use("/v3/*", async (c, next) => {
    const [, key = ""] = /^Bearer (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "") ?? [];
    // `tcli_` values are client ids: people paste them by mistake, and the vendor refuses them.
    if (key === "" || key.startsWith("tcli_")) throw unauthorized();
    c.set("owner", ownerOf(key));
    await next();
  });

  for (const path of ["text-to-model", "image-to-model", "multiview-to-model"]) {
    const operation = path.replaceAll("-", "_") as Operation;
    routes.post(`/v3/generation/${path}`, async (c) => {
      const task = await createTask(operation, c.env, c.get("owner"), store, world);
      const data = { task_id: task.task_id, type: operation, status: "queued" };
      return envelope.success(data, c.env.request);
    });
    routes.all(`/v3/generation/${path}`, (c) =>
      envelope.refusal(new Refusal(405, 1003, "Method not allowed"), c.env.request),
    );
  }
  routes.post("/v3/files", async (c) => {
    const { files } = await c.env.request.body();
    const file = files.find(({ field }) => field === "file");
    if (!file) throw invalid("file", "is required");
    const bytesId = world.state.saveBytes(await acceptPicture(file.bytes));
    return envelope.success({ file_token: store.saveFile(c.get("owner"), bytesId) }, c.env.request);
  });
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
      "latency",
      "rate_limited",
      "server_error",
      "drop_before_accept",
      "drop_after_accept",
      "truncated_body",
      "moderated",
      "nonsense",
      "quota",
      "unauthorized",
      "hang",
      "job_failed",
      "unknown_status",
      "link_expired",
      "no_outputs",
    ]),
    roleOf(method, path) {
      if (path.startsWith("/media/")) return "media";
      if (method === "POST" && path.startsWith("/v3/generation/")) return "create";
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
