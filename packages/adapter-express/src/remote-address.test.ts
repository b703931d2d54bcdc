import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express5 from "express";
import express4 from "express4";
import { expect, it } from "vitest";
import { toExpress } from "./to-express.ts";

// A `Request` does not say who is at the other end of the socket, and limits count by it.

it.each([
  ["Express 5", express5],
  ["Express 4", express4],
])("%s tells the socket's address, whatever the client writes", async (_, express) => {
  const told: (object | undefined)[] = [];
  const bff = {
    fetch: async (_request: Request, host?: object) => {
      told.push(host);
      return new Response("ok");
    },
  };
  const server = createServer(express().use("/api", toExpress(bff)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/health`;
    await fetch(url, { headers: { "x-forwarded-for": "203.0.113.1", forwarded: "for=203.0.113.1" } });
    expect(told).toEqual([{ remoteAddress: "127.0.0.1" }]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
