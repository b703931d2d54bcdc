import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { files } from "@genbff/core/files";
import { pglite } from "@genbff/core/pglite";
import { postgres } from "@genbff/core/postgres";
import { startSimulator } from "@genbff/simulator";
import { pino } from "pino";
import { createApp } from "./app.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings(process.env);
const { DATA_DIR: folder, DATABASE_URL: url } = settings;
const simulated = settings.OPENAI_API_KEY === undefined || settings.TRIPO_API_KEY === undefined;
const simulator = simulated
  ? await startSimulator({ latencyMs: 1500, jobMs: 6000, statePath: join(folder, "simulator.json") })
  : undefined;

const { app, bff } = createApp(settings, {
  database: url === undefined ? pglite(join(folder, "database")) : postgres(url),
  keep: files(join(folder, "tmp")),
  // On a laptop links and sign-ins end with the process; a deployment sets its own.
  secret: settings.LINK_SECRET ?? randomBytes(32).toString("hex"),
  logger: pino({ level: settings.LOG_LEVEL }, pino.destination(2)),
  simulatorUrl: simulator?.url,
});
await bff.start();

const server = app.listen(settings.PORT, (error?: Error) => {
  if (error) throw error;
  console.log(`Pass-through: http://localhost:${(server.address() as AddressInfo).port}`);
});

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    void stop();
  });

async function stop(): Promise<void> {
  server.close();
  await bff.stop();
  server.closeAllConnections();
  await simulator?.close();
  process.exit(0);
}
