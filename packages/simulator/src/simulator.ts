import type { Server } from "node:http";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { createAdmin, type Office } from "./admin.ts";
import { createFaultBook } from "./faults/fault-book.ts";
import { createMemory } from "./faults/memory.ts";
import { findDirectives } from "./faults/parse.ts";
import type { FaultRule } from "./faults/rule.ts";
import { type Invoice, invoicesOf } from "./invoice.ts";
import { type ListeningPort, openPort } from "./listening-port.ts";
import { type SimulatorOptions, settingsOf } from "./options.ts";
import { createPage } from "./page.ts";
import { createPurchases, type Purchase } from "./purchases.ts";
import { createSchedule } from "./schedule.ts";
import { type Desk, serveVendor } from "./serve-vendor.ts";
import { openState } from "./state.ts";
import { createTraffic, type TrafficEntry } from "./traffic.ts";
import type { WebhookEndpoint, World } from "./vendor/vendor.ts";
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
  /** What each vendor would bill in its own unit, by operation; what it gave back is not in it. */
  invoice(): readonly Invoice[];
  /** Enters an endpoint in a vendor's console, or removes it. Throws a TypeError for a vendor that is not here. */
  setWebhook(vendor: string, endpoint: WebhookEndpoint | undefined): void;
  /** Closes the port for that long: connections are refused. Returns at once. */
  goOffline(ms: number): void;
  /** Stops listening and cuts what is still open. A second call does nothing. */
  close(): Promise<void>;
}

/**
 * Starts local servers of the vendors on one port, one path prefix each: `/openai/v1`, `/tripo/v3`.
 * A page that shows what happens, and switches faults, is at `/`.
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
  const schedule = createSchedule(Date.now);
  const webhooks = new Map(Object.entries(options.webhooks ?? {}));
  let port: ListeningPort | undefined;
  let url = "";
  const desk: Desk = {
    faults: createFaultBook(settings.seed),
    purchases: createPurchases(state),
    traffic: createTraffic(),
    memory: createMemory(),
    goOffline: (ms) => port?.close(ms),
    canary: settings.canary,
    origin: () => url,
  };
  const world: World = {
    settings,
    state,
    purchases: desk.purchases,
    url: () => url,
    now: Date.now,
    armFaults: (jobId, request) => desk.faults.armFor(jobId, findDirectives(request.bytes)),
    webhookOf: (vendor) => webhooks.get(vendor),
    at: schedule.at,
    noteDelivery: (delivery) =>
      desk.traffic.record({ ...delivery, method: "POST", duplicate: false, outgoing: true }),
  };

  const played = vendors.map((create) => create(world));
  const office: Office = {
    vendors: played.map(({ name }) => name),
    invoice: () => invoicesOf(desk.purchases.all(), played),
    setWebhook(vendor, endpoint) {
      if (!office.vendors.includes(vendor)) throw new TypeError(`unknown vendor ${JSON.stringify(vendor)}`);
      if (endpoint) webhooks.set(vendor, endpoint);
      else webhooks.delete(vendor);
    },
  };
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route("/", createPage());
  app.route("/_", createAdmin(desk, office));
  for (const vendor of played) {
    app.all(`/${vendor.name}/*`, (c) => serveVendor(vendor, c.req.raw, c.env, desk));
  }
  app.onError((error, c) => c.json({ error: error.message }, error instanceof TypeError ? 400 : 500));

  // The host process keeps its own Request and Response: it may be the application under test.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  // An answer that was sent whole may still be read: a connection that is closed meanwhile looks like one that broke off.
  server.keepAliveTimeout = 120_000;
  port = await openPort(server, settings.port, settings.host);
  url = `http://${settings.host === "0.0.0.0" ? "127.0.0.1" : settings.host}:${port.number}`;
  schedule.start();

  const opened = port;
  return {
    url,
    purchases: () => desk.purchases.all(),
    invoice: office.invoice,
    setFaults: (rules) => desk.faults.set(rules),
    clearFaults: () => desk.faults.clear(),
    traffic: () => desk.traffic.all(),
    setWebhook: office.setWebhook,
    goOffline: desk.goOffline,
    close() {
      schedule.stop();
      return opened.end();
    },
  };
}
