import { Hono } from "hono";
import type { CreateVendor, Exchange } from "../vendor.ts";
import { createAnswers } from "./answer.ts";
import { blocked } from "./blocked.ts";
import { createErrors, wrongKey } from "./errors.ts";
import { createGenerateRoute, type Method } from "./generate.ts";
import { listed, listOf } from "./model-list.ts";
import { findModel } from "./models.ts";
import { modelNotFound, Refusal } from "./refusal.ts";
import { eventStream } from "./stream.ts";
import { wishOf } from "./wish-of.ts";

const generating = /^\/v1beta\/models\/([^/:]+):(generateContent|streamGenerateContent)$/;

/** Google's Gemini API: pictures and texts, both by one synchronous method. No job, no link, no idempotency key. */
export const gemini: CreateVendor = (world) => {
  const errors = createErrors(world.settings.canary);
  const generate = createGenerateRoute(world, errors);
  const routes = new Hono<{ Bindings: Exchange }>();

  routes.use("/v1beta/*", async (c, next) => {
    const { headers, query } = c.env.request;
    // A bearer token is another vendor's way: it is not looked at.
    if ((headers.get("x-goog-api-key") ?? query.get("key") ?? "") === "") return errors.answer(wrongKey());
    await next();
  });
  routes.post("/v1beta/models/*", (c) => {
    const [, id = "", method = ""] = generating.exec(c.env.request.path) ?? [];
    if (id === "") return errors.answer(noMethod(c.env.request.path));
    return generate(id, method as Method, c.env);
  });
  routes.get("/v1beta/models", (c) => Response.json(listOf(world, c.env.request.query)));
  routes.get("/v1beta/models/:id", (c) => {
    const id = c.req.param("id");
    const model = findModel(id, world.now());
    return model ? Response.json(listed(model, world)) : errors.answer(modelNotFound(id, "GetModel"));
  });
  routes.notFound((c) =>
    errors.answer(
      new Refusal(404, "NOT_FOUND", `The requested URL ${c.req.path} was not found on this server.`),
    ),
  );
  routes.onError((error) => errors.answer(errors.from(error)));

  const modelOf = (path: string) => findModel(generating.exec(path)?.[1] ?? "", world.now());
  return {
    name: "gemini",
    unit: "usd",
    routes,
    faults: new Set(["moderated", "no_outputs", "odd_text"]),
    roleOf: (method, path) =>
      method === "POST" && generating.test(path) ? "create" : method === "GET" ? "read" : "other",
    concerns: (kind, { path }) => kind !== "odd_text" || modelOf(path)?.kind === "text",
    wishOf,
    refuse(fault, { path, query }) {
      const [, id = "", method] = generating.exec(path) ?? [];
      if (fault.kind !== "moderated") return errors.refused(fault, id);
      const model = findModel(id, world.now());
      const body = blocked(fault, model, createAnswers(world, model));
      return method === "streamGenerateContent" ? eventStream([body], query) : Response.json(body);
    },
    nonsense(variant, role) {
      if (variant === "refusal_in_200") {
        return errors.body(new Refusal(500, "INTERNAL", "An internal error has occurred."));
      }
      if (role !== "create") return { models: 7 };
      return variant === "missing_id"
        ? { usageMetadata: {} }
        : { candidates: { content: [{ parts: 42 }] }, usageMetadata: "none", modelVersion: 3 };
    },
  };
};

function noMethod(path: string): Refusal {
  const [id = "", method = "an unknown method"] = path.slice("/v1beta/models/".length).split(":");
  return modelNotFound(id, method);
}
