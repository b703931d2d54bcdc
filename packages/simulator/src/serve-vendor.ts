import type { HttpBindings } from "@hono/node-server";
import { actOut } from "./faults/act-out.ts";
import { baseKinds, type FaultKind } from "./faults/catalogue.ts";
import type { FaultBook } from "./faults/fault-book.ts";
import { isJson } from "./faults/json.ts";
import type { Memory } from "./faults/memory.ts";
import { countOutputs } from "./faults/outputs.ts";
import { findDirectives } from "./faults/parse.ts";
import type { Fault } from "./faults/rule.ts";
import { isOutputOf } from "./faults/spoil-outputs.ts";
import { createWire } from "./faults/wire.ts";
import type { Purchases } from "./purchases.ts";
import { clientReferenceOf, digestOf, type ReceivedRequest, receive } from "./request.ts";
import type { Traffic } from "./traffic.ts";
import type { Vendor } from "./vendor/vendor.ts";

/** What serving needs beside the vendor. */
export interface Desk {
  readonly faults: FaultBook;
  readonly purchases: Purchases;
  readonly traffic: Traffic;
  readonly memory: Memory;
  /** Closes the port for that long. */
  goOffline(ms: number): void;
  readonly canary: string | undefined;
  /** Address of this simulator, without a slash at the end. */
  origin(): string;
}

/** Takes one request of a vendor: finds its fault, answers, and notes it in the traffic. */
export async function serveVendor(
  vendor: Vendor,
  raw: Request,
  bindings: HttpBindings,
  desk: Desk,
): Promise<Response> {
  const started = performance.now();
  const at = new Date().toISOString();
  const received = await receive(raw, `/${vendor.name}`);
  const request = { ...received, path: desk.memory.realPath(received.path) };
  const role = vendor.roleOf(request.method, request.path);
  const digest = await digestOrEmpty(request);
  const duplicate =
    role === "create" &&
    desk.purchases
      .all()
      .some(
        (purchase) =>
          purchase.vendor === vendor.name &&
          purchase.request_digest === digest &&
          purchase.client_reference === clientReferenceOf(request),
      );
  const strike = desk.faults.take({
    vendor: vendor.name,
    role,
    path: `/${vendor.name}${request.path}`,
    header: request.headers.get("x-simulator-fault"),
    directives: findDirectives(request.bytes),
    digest: vendor.wishOf?.(request) ?? digest,
    kinds: kindsOf(vendor, request),
  });

  let fault = strike?.fault;
  const note = (status: number) =>
    desk.traffic.record({
      vendor: vendor.name,
      method: request.method,
      path: `/${vendor.name}${request.path}`,
      status,
      at,
      ms: Math.round(performance.now() - started),
      duplicate,
      fault: fault?.kind ?? null,
    });
  const answerAt = async (path: string) => answerHonestly(vendor, raw, { ...request, path }, strike?.fault);
  const answer = async () => {
    const response = await answerAt(request.path);
    if (role === "read" && request.method === "GET") await remember(vendor, request, response, desk);
    return response;
  };
  if (!strike) {
    const response = await answer();
    note(response.status);
    return response;
  }
  const undo = () => {
    strike.undo();
    fault = undefined;
  };
  const { memory, goOffline, canary } = desk;
  const origin = desk.origin();
  const wire = createWire(bindings);
  const act = { vendor, role, request, wire, memory, answer, answerAt, goOffline, origin, canary, undo };
  const response = await actOut(strike.fault, act);
  note(response.headers.has("x-hono-already-sent") ? 0 : response.status);
  return response;
}

/** What can strike this request. */
function kindsOf(vendor: Vendor, request: ReceivedRequest): ReadonlySet<FaultKind> {
  const own = [...vendor.faults].filter((kind) => vendor.concerns?.(kind, request) ?? true);
  return new Set([...baseKinds, ...own]);
}

async function remember(
  vendor: Vendor,
  { path }: ReceivedRequest,
  response: Response,
  { memory, origin }: Desk,
): Promise<void> {
  if (!response.ok) return;
  // A vendor that answers with the file itself has no more to say.
  if (!isJson(response)) return memory.noteFile(`/${vendor.name}${path}`);
  const text = await response.clone().text();
  const isOutput = isOutputOf({ vendor, origin: origin() });
  const contentType = response.headers.get("content-type") ?? "application/json";
  memory.noteRead(`/${vendor.name}${path}`, { status: response.status, contentType, text }, () => {
    const body: unknown = JSON.parse(text);
    return vendor.saysDone?.(body) ?? countOutputs(body, isOutput) > 0;
  });
}

async function answerHonestly(
  vendor: Vendor,
  raw: Request,
  request: ReceivedRequest,
  fault: Fault | undefined,
): Promise<Response> {
  const url = new URL(request.path, raw.url);
  url.search = request.query.toString();
  return vendor.routes.fetch(new Request(url, { method: request.method }), { request, fault });
}

async function digestOrEmpty(request: ReceivedRequest): Promise<string> {
  if (request.method !== "POST") return "";
  try {
    return digestOf(await request.body());
  } catch {
    // The vendor will say in its own words what is wrong with this body.
    return "";
  }
}
