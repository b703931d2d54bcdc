import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { toExpress } from "@genbff/adapter-express";
import { startSimulator } from "@genbff/simulator";
import express from "express";
import { pino } from "pino";
import { apiPage } from "./api-page.ts";
import { basePath, createMakeit3d } from "./bff.ts";
import { collectBuffersSooner } from "./collect-buffers.ts";
import { readConfig, vendors } from "./config.ts";
import { localMode } from "./local-mode.ts";
import { onSignal } from "./on-signal.ts";
import { pythonNames, pythonPaths } from "./python/python-names.ts";
import { readSecrets } from "./secrets.ts";
import { buildStudio } from "./studio.ts";

collectBuffersSooner();
const config = readConfig(process.env);
const logger = pino({ level: config.logLevel }, pino.destination(2));

const secrets = await readSecrets(config.dataDir);
const simulated = vendors.some((vendor) => config.connectionOf(vendor).simulated);
const simulator =
  simulated && config.simulator.url === undefined
    ? await startSimulator({ ...config.simulator, statePath: join(config.dataDir, "simulator.json") })
    : undefined;
const simulatorUrl = simulator?.url ?? config.simulator.url;
const bff = createMakeit3d(config, secrets, logger, simulatorUrl);
const [studio] = await Promise.all([buildStudio(), bff.start()]);

const app = express();
app.disable("x-powered-by");
if (config.local) {
  const local = localMode({ tokenSecret: secrets.tokens, simulatorUrl });
  app.use(local);
  app.use(basePath, local);
}
app.use(basePath, toExpress(bff));
if (config.pythonClients) {
  const { pythonClients: version, publicName } = config;
  app.all(pythonPaths, toExpress(pythonNames(bff, { version, basePath, publicName })));
}
app.use(apiPage());
app.use(express.static(studio, { dotfiles: "ignore" }));

const server = app.listen(config.port, (error?: Error) => {
  if (error) throw error;
  console.log(`GenBFF studio: http://localhost:${(server.address() as AddressInfo).port}`);
});

onSignal(stop);

/** Takes nothing new, waits for the answers of what was sent, and hands the rest over to whoever runs or starts next. */
async function stop(): Promise<void> {
  server.close();
  await bff.stop();
  server.closeAllConnections();
  await simulator?.close();
}
