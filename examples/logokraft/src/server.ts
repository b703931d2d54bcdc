import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toExpress } from "@genbff/adapter-express";
import { startSimulator } from "@genbff/simulator";
import express, { type Express } from "express";
import { pino } from "pino";
import { build } from "vite";
import { createApi } from "./api/index.ts";
import { createLogokraft, vendorsOf } from "./bff.ts";
import type { Config } from "./config.ts";
import { partsOf } from "./parts.ts";
import { readSecret } from "./secrets.ts";

const page = fileURLToPath(new URL("../page", import.meta.url));

/** Everything of LogoKraft, ready to listen. */
export interface LogokraftServer {
  readonly app: Express;
  /** Takes nothing new, and hands what is being made over to whoever starts next. */
  stop(): Promise<void>;
}

/** Starts the BFF, the API in front of it, the page, and the simulator for vendors without a key. */
export async function startLogokraft(config: Config): Promise<LogokraftServer> {
  const { DATA_DIR: folder } = config;
  const logger = pino({ level: config.LOG_LEVEL }, pino.destination(2));
  const secrets = join(folder, "secrets");
  const [tokenSecret, linkSecret] = [await readSecret(secrets, "tokens"), await readSecret(secrets, "links")];
  const simulator = Object.values(config.vendors).some(({ simulated }) => simulated)
    ? await startSimulator({
        port: config.SIMULATOR_PORT,
        latencyMs: config.SIMULATOR_LATENCY_MS,
        statePath: join(folder, "simulator.json"),
      })
    : undefined;
  const host = { linkSecret, simulatorUrl: simulator?.url, logger };
  const bff = createLogokraft(config, partsOf(config, tokenSecret), vendorsOf(config, simulator?.url), host);
  const outDir = join(folder, "page");
  await build({ root: page, logLevel: "error", build: { outDir, emptyOutDir: true } });
  await bff.start();

  const app = express();
  app.disable("x-powered-by");
  app.use("/api/v1", toExpress(createApi(bff, logger)));
  // Links of files lead there, and whoever wants more than the blueprint finds it there.
  app.use("/bff", toExpress(bff));
  app.use(express.static(outDir, { dotfiles: "ignore" }));
  return {
    app,
    async stop() {
      await bff.stop();
      await simulator?.close();
    },
  };
}
