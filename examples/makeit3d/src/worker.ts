// `npm run worker`: moves generations on, and serves nobody. As many as are needed, beside web processes of the same settings.
import { pino } from "pino";
import { createMakeit3d } from "./bff.ts";
import { collectBuffersSooner } from "./collect-buffers.ts";
import { readConfig } from "./config.ts";
import { onSignal } from "./on-signal.ts";
import { readSecrets } from "./secrets.ts";

collectBuffersSooner();
const config = readConfig(process.env);
const bff = createMakeit3d(
  config,
  await readSecrets(config.dataDir),
  pino({ level: config.logLevel }, pino.destination(2)),
  // The web process plays the vendors, where nobody else does.
  config.simulator.url ?? `http://127.0.0.1:${config.simulator.port}`,
  "worker",
);
await bff.start();
console.log("GenBFF worker: ready");
onSignal(() => bff.stop());
