import type { RequestListener } from "node:http";
import { type Host, hostSuite } from "@genbff/core/testing";
import express5 from "express";
import express4 from "express4";
import { createTestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { listen } from "./testing/listen.ts";
import { toExpress } from "./to-express.ts";

/** Serves it until the suite is over. */
async function serve(app: RequestListener): Promise<Host> {
  const { port, close } = await listen(app);
  return { baseUrl: `http://127.0.0.1:${port}/api`, fetch: (request) => fetch(request), close };
}

// The suite of core runs on the embedded one, which computes in this very thread.
const makeDatabase = createTestDatabase;

for (const [name, express] of Object.entries({
  "Express 5": express5,
  "Express 4": express4,
})) {
  hostSuite(`${name} before body parsers`, {
    makeDatabase,
    makeHost: (bff) => serve(express().use("/api", toExpress(bff)).use(express.json())),
  });

  hostSuite(`${name} behind body parsers`, {
    bodyParser: true,
    makeDatabase,
    makeHost: (bff) => {
      const app = express();
      app.use(express.json({ limit: "2mb" }), express.urlencoded({ extended: true }));
      app.use("/api", toExpress(bff));
      return serve(app);
    },
  });
}

hostSuite("node:http", { makeDatabase, makeHost: (bff) => serve(toExpress(bff)) });
