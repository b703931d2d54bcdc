import { Hono } from "hono";
import { createAccounts } from "../../accounts.ts";
import { ownerOf } from "../owner.ts";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { endpoints } from "./endpoints.ts";
import { createErrors, unauthorized } from "./errors.ts";
import { createJobs } from "./jobs.ts";
import { Refusal } from "./refusal.ts";
import { createSale } from "./sell.ts";

const api = "/v2beta/";

/** Stability's REST API: pictures in the answer itself, two jobs with results to fetch, models as GLB. */
export const stability: CreateVendor = (world) => {
  const errors = createErrors(world.settings.canary);
  const accounts = createAccounts(world.state, "stability");
  const jobs = createJobs(world, errors);
  const sell = createSale({ world, errors, accounts, jobs });
  const routes = new Hono<{ Bindings: Exchange; Variables: { owner: string } }>();

  routes.use("*", async (c, next) => {
    const [, key = ""] = /^Bearer (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "") ?? [];
    if (key === "") throw unauthorized();
    c.set("owner", ownerOf(key));
    await next();
  });

  for (const [path, endpoint] of endpoints) {
    routes.post(api + path, (c) => sell(endpoint, c.get("owner"), c.env));
  }
  for (const path of ["results/:id", "stable-image/upscale/creative/result/:id"]) {
    routes.get(api + path, (c) => jobs.result(c.req.param("id") ?? "", c.get("owner"), c.env));
  }
  routes.get("/v1/user/balance", (c) => c.json({ credits: accounts.balance(c.get("owner")) }));
  routes.get("/v1/user/account", (c) =>
    c.json({
      id: `user-${c.get("owner")}`,
      email: `someone@${world.settings.canary ?? "example.com"}`,
      organizations: [{ id: `org-${c.get("owner")}`, name: "Personal", role: "ADMIN", is_default: true }],
    }),
  );
  routes.notFound((c) =>
    errors.answer(new Refusal(404, "not_found", ["The requested resource was not found"]), c.env.request),
  );
  routes.onError((error, c) => errors.answer(errors.from(error), c.env.request));

  return {
    name: "stability",
    routes: routes as unknown as Hono<{ Bindings: Exchange }>,
    faults: new Set(["moderated", "job_failed", "unknown_status", "no_outputs"]),
    roleOf(method, path) {
      if (method === "POST" && endpoints.has(path.slice(api.length))) return "create";
      return method === "GET" && /\/results?\//.test(path) ? "read" : "other";
    },
    refuse: (fault, request) => errors.answer(errors.of(fault), request),
    nonsense(variant, role, { path }) {
      if (variant === "refusal_in_200") return errors.body(errors.of({ kind: "server_error" }), path);
      const isJob = role === "create" && endpoints.get(path.slice(api.length))?.kind === "job";
      if (isJob) return variant === "missing_id" ? {} : { id: 12345 };
      return variant === "missing_id"
        ? { seed: 7, finish_reason: "SUCCESS" }
        : { image: 42, seed: "seven", finish_reason: null };
    },
  };
};
