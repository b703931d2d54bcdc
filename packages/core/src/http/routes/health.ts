import type { BffContext } from "../../context.ts";
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

/** Of each BFF: what it serves never changes, and describing it takes ten thousand times as long as finding it here. */
const described = new WeakMap<BffContext, object>();

/** `GET /openapi.json`: anybody may ask for it, so it is worked out once, when somebody first does. */
export const openapi: RouteHandler<"openapi"> = ({ context }) => {
  const known = described.get(context) ?? describeApi(context);
  described.set(context, known);
  return json(200, known);
};
