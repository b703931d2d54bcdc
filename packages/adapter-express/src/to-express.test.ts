import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Host, hostSuite } from "@genbff/core/testing";
import express5 from "express";
import express4 from "express4";
import { createTestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { toExpress } from "./to-express.ts";

/** Listens on a free port until the test is over. */
async function listen(app: RequestListener): Promise<Host> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/api`,
    fetch: (request) => fetch(request),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// The suite of core runs on the embedded one, which computes in this very thread.
const makeDatabase = createTestDatabase;

for (const [name, express] of Object.entries({
  "Express 5": express5,
  "Express 4": express4,
})) {
  hostSuite(`${name} before body parsers`, {
    makeDatabase,
    makeHost: (bff) => listen(express().use("/api", toExpress(bff)).use(express.json())),
  });

  hostSuite(`${name} behind body parsers`, {
    bodyParser: true,
    makeDatabase,
    makeHost: (bff) => {
      const app = express();
      app.use(express.json({ limit: "2mb" }), express.urlencoded({ extended: true }));
      app.use("/api", toExpress(bff));
      return listen(app);
    },
  });
}

hostSuite("node:http", { makeDatabase, makeHost: (bff) => listen(toExpress(bff)) });
