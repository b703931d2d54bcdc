import { Hono } from "hono";
import type { FaultBook } from "./faults/fault-book.ts";
import { parseRules } from "./faults/parse.ts";
import { countByReference } from "./purchases.ts";
import type { Desk } from "./serve-vendor.ts";

/** The routes under `/_`: for tests and for the developer, unknown to any vendor. */
export function createAdmin({ faults, purchases, traffic }: Desk): Hono {
  const admin = new Hono();
  admin.get("/purchases", (c) => {
    const all = purchases.all();
    return c.json({ purchases: all, by_client_reference: countByReference(all) });
  });
  admin.get("/traffic", (c) => c.json({ requests: traffic.all() }));
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

function listed(faults: FaultBook) {
  return { rules: faults.all().map(({ rule, seen, hits }) => ({ ...rule, seen, hits })) };
}
