import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { createAdmin } from "./admin.ts";
import { createFaultBook } from "./faults/fault-book.ts";
import { findDirectives } from "./faults/parse.ts";
import type { FaultRule } from "./faults/rule.ts";
import { type SimulatorOptions, settingsOf } from "./options.ts";
import { createPurchases, type Purchase } from "./purchases.ts";
import { serveVendor } from "./serve-vendor.ts";
import { openState } from "./state.ts";
import { createTraffic, type TrafficEntry } from "./traffic.ts";
import type { World } from "./vendor/vendor.ts";
import { vendors } from "./vendors.ts";

/** A running simulator. */
export interface Simulator {
  /** Address without a slash at the end, e.g. `http://127.0.0.1:8788`. */
  readonly url: string;
  /** Everything the vendors would bill, oldest first. */
  purchases(): readonly Purchase[];
  /** Replaces all fault rules. Throws a TypeError for a rule that makes no sense. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Removes all fault rules. */
  clearFaults(): void;
  /** The last thousand requests, oldest first. */
  traffic(): readonly TrafficEntry[];
  /** Stops listening and cuts what is still open. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Starts local servers of the vendors on one port, one path prefix each: `/openai/v1`, `/tripo/v3`.
 *
 * Resolves once it listens; rejects if the port is taken.
 *
 * @example
 * const simulator = await startSimulator({ port: 8788 });
 * const answer = await fetch(`${simulator.url}/openai/v1/models`, { headers: { authorization: "Bearer any" } });
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = settingsOf(options);
  const state = openState(settings.statePath);
  const desk = {
    faults: createFaultBook(settings.seed),
    purchases: createPurchases(state),
    traffic: createTraffic(),
  };
  let url = "";
  const world: World = {
    settings,
    state,
    purchases: desk.purchases,
    url: () => url,
    now: Date.now,
    armFaults: (jobId, request) => desk.faults.armFor(jobId, findDirectives(request.bytes)),
  };

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route("/_", createAdmin(desk));
  for (const vendor of vendors.map((create) => create(world))) {
    app.all(`/${vendor.name}/*`, (c) => serveVendor(vendor, c.req.raw, c.env, desk));
  }
  app.onError((error, c) => c.json({ error: error.message }, error instanceof TypeError ? 400 : 500));

  // The host process keeps its own Request and Response: it may be the application under test.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  const { port } = await listen(server, settings.port, settings.host);
  url = `http://${settings.host === "0.0.0.0" ? "127.0.0.1" : settings.host}:${port}`;

  let closing: Promise<void> | undefined;
  return {
    url,
    purchases: () => desk.purchases.all(),
    setFaults: (rules) => desk.faults.set(rules),
    clearFaults: () => desk.faults.clear(),
    traffic: () => desk.traffic.all(),
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve(server.address() as AddressInfo);
    });
  });
}
