import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { createErrors, unauthorized } from "./errors.ts";
import { createGenerateRoute } from "./generate.ts";
import { createLinks } from "./links.ts";
import { Refusal } from "./refusal.ts";

const path = "/api/v3/images/generations";

/** ByteDance's Seedream on ModelArk: one synchronous call for a picture or a batch, and links that live a day. */
export const seedream: CreateVendor = (world) => {
  const { canary } = world.settings;
  const errors = createErrors(canary);
  const links = createLinks(world);
  const generate = createGenerateRoute({ world, links, errors });
  const routes = new Hono<{ Bindings: Exchange }>();
  const newId = () => `0217${canary ?? ""}${randomUUID().replaceAll("-", "")}`;

  // Where no id stands in an answer, its server's name is the only word of the vendor's own.
  const named = (response: Response) => {
    response.headers.set("server", canary ?? "istio-envoy");
    return response;
  };
  routes.use("*", async (c, next) => {
    await next();
    named(c.res);
  });
  routes.get("/media/*", (c) => links.serve(c.env));
  routes.use("/api/*", async (c, next) => {
    if (!/^Bearer \S+$/.test(c.env.request.headers.get("authorization") ?? "")) throw unauthorized();
    await next();
  });
  routes.post(path, (c) => generate(c.env, newId()));
  routes.notFound((c) =>
    errors.answer(new Refusal(404, "NotFound", `There is no ${c.req.method} ${c.req.path}.`), newId()),
  );
  routes.onError((error) => errors.answer(errors.from(error), newId()));

  return {
    name: "seedream",
    unit: "images",
    routes,
    faults: new Set(["moderated", "no_outputs", "link_expired"]),
    roleOf(method, at) {
      if (at.startsWith("/media/")) return "media";
      return method === "POST" && at === path ? "create" : "other";
    },
    refuse: (fault) => named(errors.answer(errors.of(fault), newId())),
    nonsense(variant, role) {
      if (variant === "refusal_in_200") return errors.body(errors.of({ kind: "server_error" }), newId());
      if (role !== "create") return { data: 7 };
      const created = Math.floor(world.now() / 1000);
      return variant === "missing_id" ? { created } : { created: "now", data: { url: 42 }, usage: [] };
    },
  };
};
