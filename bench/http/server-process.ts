// Express with two routes that only echo, and the BFF beside them, in one process and one event loop.
// `server-process.ts <settings as JSON>`; sends its address to its parent.
import { AsyncLocalStorage } from "node:async_hooks";
import type { AddressInfo } from "node:net";
import express from "express";
import { toExpress } from "../../packages/adapter-express/src/to-express.ts";
import { jwtAuth } from "../../packages/core/src/auth/jwt-auth.ts";
import { createBff } from "../../packages/core/src/create-bff.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import { postgres } from "../../packages/core/src/database/postgres.ts";
import type { Engine } from "../../packages/core/src/engine/port.ts";
import { files } from "../../packages/core/src/storage/files.ts";
import { testStudio } from "../../packages/core/src/testing/test-studio.ts";
import { obeyParent } from "../memory/measured.ts";

/** What it is told. */
export interface ServerSettings {
  readonly databaseUrl: string;
  readonly folder: string;
  /** Signs the callers' tokens. */
  readonly secret: string;
}

const { databaseUrl, folder, secret } = JSON.parse(process.argv[2] ?? "") as ServerSettings;

/** How long the request under way has waited for its database. */
const waited = new AsyncLocalStorage<{ ms: number }>();
const driver = postgres(databaseUrl);
const database: Database = {
  ...driver,
  async call(name, args) {
    const since = performance.now();
    try {
      return await driver.call(name, args);
    } finally {
      const request = waited.getStore();
      if (request !== undefined) request.ms += performance.now() - since;
    }
  },
};

/** The work is done by other processes, as behind a queue: what is measured here is the request. */
const elsewhere: Engine = { start: () => undefined, wake: () => undefined, stop: async () => undefined };
const plenty = 1_000_000_000;
const bff = createBff({
  database,
  storage: files(folder),
  auth: jwtAuth({ secret }),
  secret,
  providers: { studio: testStudio() },
  prices: { "text-to-image": { studio: "bench" }, "image-to-image": { studio: "bench" } },
  engine: elsewhere,
  credits: { signUp: plenty },
  limits: { openGenerationsPerUser: plenty, queueDepth: plenty },
});
await database.migrate?.([]);
await database.call("genbff_set_operation_cost", { p_key: "bench", p_credits: 1, p_per: "call" });
await bff.start();

const timed = {
  fetch: (request: Request) =>
    waited.run({ ms: 0 }, async () => {
      const response = await bff.fetch(request);
      response.headers.set("x-database-ms", String(waited.getStore()?.ms));
      return response;
    }),
};
/** As long as the status of a generation. */
const thing = { id: "", text: "x".repeat(700) };
const app = express();
app.use("/api", toExpress(timed));
app.get("/echo/:id", (request, response) => void response.json({ ...thing, id: request.params.id }));
app.post("/echo", express.json(), (request, response) => void response.status(202).json(request.body));
const server = app.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  obeyParent({ address: `http://127.0.0.1:${port}` }, async () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  });
});
