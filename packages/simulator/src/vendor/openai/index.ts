import { Hono } from "hono";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { createErrors } from "./errors.ts";
import { imageModels } from "./models.ts";
import { createPictureRoute } from "./pictures.ts";
import { Refusal } from "./refusal.ts";
import { createSignature } from "./signature.ts";

/** OpenAI's image endpoints. They are synchronous: there is no job to ask for afterwards. */
export const openai: CreateVendor = (world) => {
  const signature = createSignature(world.settings.canary);
  const errors = createErrors(world.settings.canary, signature);
  const routes = new Hono<{ Bindings: Exchange }>();

  routes.use("/v1/*", async (c, next) => {
    const key = /^Bearer (\S+)$/.exec(c.env.request.headers.get("authorization") ?? "");
    if (!key) return errors.answer(errors.unauthorized());
    await next();
  });
  routes.post("/v1/images/generations", (c) =>
    createPictureRoute(world, "generations", signature, errors)(c.env),
  );
  routes.post("/v1/images/edits", (c) => createPictureRoute(world, "edits", signature, errors)(c.env));
  routes.get("/v1/models", () =>
    signature.sign(Response.json({ object: "list", data: imageModels.map(listed) })),
  );
  routes.notFound((c) => errors.answer(new Refusal(404, `Invalid URL (${c.req.method} ${c.req.path})`)));
  routes.onError((error) => errors.answer(errors.from(error)));

  return {
    name: "openai",
    routes,
    faults: new Set(["moderated", "no_outputs"]),
    roleOf: (method, path) =>
      method === "POST" && path.startsWith("/v1/images/") ? "create" : method === "GET" ? "read" : "other",
    refuse: (fault) => errors.answer(errors.of(fault)),
    nonsense(variant, role) {
      if (variant === "refusal_in_200") return errors.body(errors.of({ kind: "server_error" }), "req_0");
      if (role !== "create") return { object: 7 };
      const created = Math.floor(world.now() / 1000);
      return variant === "missing_id" ? { created } : { created: "now", data: { b64_json: 42 } };
    },
  };
};

function listed({ id, shutdownDate }: (typeof imageModels)[number]) {
  return { id, object: "model", created: 1_762_214_400, owned_by: "system", shutdown_date: shutdownDate };
}
