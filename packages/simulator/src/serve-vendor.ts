import type { HttpBindings } from "@hono/node-server";
import { actOut } from "./faults/act-out.ts";
import type { FaultBook } from "./faults/fault-book.ts";
import { findDirectives } from "./faults/parse.ts";
import type { Fault } from "./faults/rule.ts";
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
  const request = await receive(raw, `/${vendor.name}`);
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
          purchase.client_reference === clientReferenceOf(request.headers),
      );
  const fault = desk.faults.take({
    vendor: vendor.name,
    role,
    path: `/${vendor.name}${request.path}`,
    header: request.headers.get("x-simulator-fault"),
    directives: findDirectives(request.bytes),
    digest,
    kinds: vendor.faults,
  });

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
  const answer = () => answerHonestly(vendor, raw, request, fault);
  if (!fault) {
    const response = await answer();
    note(response.status);
    return response;
  }
  const wire = createWire(bindings);
  const response = await actOut(fault, { vendor, role, request, wire, answer });
  note(response.headers.has("x-hono-already-sent") ? 0 : response.status);
  return response;
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
