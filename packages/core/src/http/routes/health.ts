import { storageReady } from "../../diagnosis/storage.ts";
import type { RouteHandler } from "../call.ts";
import { describeApi } from "../openapi.ts";
import { json } from "../respond.ts";

/** `GET /health`: stays up while the database is down, or a restart would be added to the trouble. */
export const health: RouteHandler<"health"> = () => json(200, { status: "ok" });

/** `GET /ready` */
export const ready: RouteHandler<"ready"> = async ({ context }) => {
  const checks: Record<string, () => Promise<unknown>> = {
    database: () => context.database.call("genbff_ready", {}),
    storage: () => storageReady(context),
  };
  const failing: string[] = [];
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await check();
      } catch (error) {
        context.logger.warn({ error, name }, "Not ready");
        failing.push(name);
      }
    }),
  );
  if (failing.length === 0) return json(200, { status: "ready" });
  return json(503, { status: "unavailable", failing: failing.sort() }, { "retry-after": "5" });
};

/** `GET /openapi.json` */
export const openapi: RouteHandler<"openapi"> = ({ context }) => json(200, describeApi(context));
