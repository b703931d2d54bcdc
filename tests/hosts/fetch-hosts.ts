import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono } from "hono";
import type { Host } from "../../packages/core/src/testing/host.ts";
import { playDeno } from "./deno.ts";
import { askLikeNext } from "./next.ts";

/** What of a BFF these hosts need. */
export interface FetchBff {
  readonly fetch: (request: Request, host?: object) => Promise<Response>;
}

/** The hosts of docs/hosts.md that speak Fetch, with the glue that stands there. */
export const fetchHosts: Readonly<Record<string, (bff: FetchBff) => Promise<Host>>> = {
  async Hono(bff) {
    const app = new Hono();
    app.all("/api/*", (c) => bff.fetch(c.req.raw, { remoteAddress: getConnInfo(c).remote.address }));
    // As its page says it: with Hono's own Request and Response in the place of the global ones.
    const before = { Request: globalThis.Request, Response: globalThis.Response };
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    await once(server, "listening");
    return {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
      fetch(request) {
        // Hono's server hangs up on a body that nobody has read, a moment after its answer: no other request may be on
        // that line by then.
        request.headers.set("connection", "close");
        return fetch(request);
      },
      async close() {
        Object.assign(globalThis, before);
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  },

  async "Next.js route handlers"(bff) {
    const handle = (request: Request) => bff.fetch(request);
    const handlers = {
      GET: handle,
      HEAD: handle,
      POST: handle,
      PUT: handle,
      PATCH: handle,
      DELETE: handle,
      OPTIONS: handle,
    };
    return {
      baseUrl: "http://bff.test/api",
      fetch: (request) => askLikeNext(handlers, request),
      close: async () => undefined,
    };
  },

  async "Deno.serve"(bff) {
    const { Deno, url, close } = playDeno();
    Deno.serve((request, info) => bff.fetch(request, { remoteAddress: info.remoteAddr.hostname }));
    return { baseUrl: `${url()}/api`, fetch: (request) => fetch(request), close };
  },
};
