import { Hono } from "hono";
import { faultKinds } from "./faults/catalogue.ts";
import type { FaultBook } from "./faults/fault-book.ts";
import { parseRules } from "./faults/parse.ts";
import type { Invoice } from "./invoice.ts";
import { countByReference, countDoubles } from "./purchases.ts";
import type { Desk } from "./serve-vendor.ts";
import type { WebhookEndpoint } from "./vendor/vendor.ts";

/** What the developer's routes need beside the desk. */
export interface Office {
  readonly vendors: readonly string[];
  invoice(): readonly Invoice[];
  setWebhook(vendor: string, endpoint: WebhookEndpoint | undefined): void;
}

/** The routes under `/_`: for tests and for the developer, unknown to any vendor. */
export function createAdmin({ faults, purchases, traffic, memory, goOffline }: Desk, office: Office): Hono {
  const admin = new Hono();
  admin.get("/purchases", (c) => {
    const all = purchases.all();
    return c.json({
      purchases: lastOf(all, c.req.query("last")),
      total: all.length,
      bought_twice: countDoubles(all),
      by_client_reference: countByReference(all),
    });
  });
  admin.get("/invoice", (c) => c.json({ invoices: office.invoice() }));
  admin.get("/traffic", (c) =>
    c.json({ requests: lastOf(traffic.all(), c.req.query("last")), total: traffic.total() }),
  );
  admin.get("/vendors", (c) => c.json({ vendors: office.vendors, faults: faultKinds }));
  admin.get(
    "/files/:token",
    (c) => memory.file(c.req.param("token")) ?? c.json({ error: "no such file" }, 404),
  );
  admin.put("/webhooks/:vendor", async (c) => {
    const body = ((await c.req.json().catch(() => null)) ?? {}) as Partial<WebhookEndpoint>;
    if (typeof body.url !== "string" || typeof body.secret !== "string") {
      return c.json({ error: "url and secret must be texts" }, 400);
    }
    office.setWebhook(c.req.param("vendor"), { url: body.url, secret: body.secret });
    return c.json({ url: body.url });
  });
  admin.delete("/webhooks/:vendor", (c) => {
    office.setWebhook(c.req.param("vendor"), undefined);
    return c.json({ url: null });
  });
  admin.post("/offline", async (c) => {
    const { ms } = ((await c.req.json().catch(() => null)) ?? {}) as { ms?: unknown };
    if (typeof ms !== "number" || !(ms > 0)) return c.json({ error: "ms must be a positive number" }, 400);
    goOffline(ms);
    return c.json({ ms }, 200, { connection: "close" });
  });
  admin.get("/faults", (c) => c.json(listed(faults)));
  admin.post("/faults", async (c) => {
    try {
      const body: unknown = await c.req.json();
      faults.set(parseRules(Array.isArray(body) ? body : (body as { rules?: unknown }).rules));
    } catch (error) {
      return c.json({ error: error instanceof Error ? error.message : String(error) }, 400);
    }
    return c.json(listed(faults));
  });
  admin.delete("/faults", (c) => {
    faults.clear();
    return c.json(listed(faults));
  });
  return admin;
}

/** The last so many of a list; all of it where no number is given. */
function lastOf<T>(list: readonly T[], last: string | undefined): readonly T[] {
  const count = Number(last ?? list.length);
  return count > 0 ? list.slice(-count) : [];
}

function listed(faults: FaultBook) {
  return { rules: faults.all().map(({ rule, seen, hits }) => ({ ...rule, seen, hits })) };
}
