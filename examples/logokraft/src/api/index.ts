import { isAppError, type Logger } from "@genbff/core";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { LogokraftBff } from "../bff.ts";
import { coreFor, refusal } from "./core.ts";
import { newProject } from "./new-project.ts";
import { projectStream } from "./project-stream.ts";
import { refine } from "./refine.ts";
import { streamTest } from "./stream-test.ts";

const upTo = (maxSize: number) => bodyLimit({ maxSize, onError: () => refusal("payload_too_large") });

/**
 * `/api/v1`: the blueprint's routes, each a thin translation of the BFF's own. Who asks, what it costs, what is stored and
 * what is told is decided there.
 */
export function createApi(
  bff: Pick<LogokraftBff, "fetch" | "database">,
  logger: Logger,
): { fetch(request: Request, peer?: object): Promise<Response> } {
  const api = new Hono<{ Bindings: object }>();
  const { database } = bff;

  api.post("/auth/signup", (c) => coreFor(bff, c.req.raw, c.env).pass("/auth/signup"));
  api.post("/auth/login", (c) => coreFor(bff, c.req.raw, c.env).pass("/auth/login"));
  api.post("/projects", upTo(20_000_000), (c) => newProject(coreFor(bff, c.req.raw, c.env), c.req.raw));
  api.get("/projects/:id/stream", (c) => {
    const path = `/tasks/${encodeURIComponent(c.req.param("id"))}/events${new URL(c.req.url).search}`;
    return projectStream(coreFor(bff, c.req.raw, c.env), database, path);
  });
  api.post("/assets/:id/refine", upTo(100_000), (c) =>
    refine(coreFor(bff, c.req.raw, c.env), database, { id: c.req.param("id"), request: c.req.raw }),
  );
  api.get("/stream-test", (c) => streamTest(coreFor(bff, c.req.raw, c.env)));

  // Express strips the path of a mount, a bare Fetch host does not.
  const app = new Hono<{ Bindings: object }>().route("/api/v1", api).route("/", api);
  app.notFound(() => refusal("not_found"));
  app.onError((error) => {
    logger.error({ error }, "A request failed");
    return refusal(isAppError(error) ? error.code : "internal_error");
  });
  return { fetch: async (request, peer = {}) => app.fetch(request, peer) };
}
