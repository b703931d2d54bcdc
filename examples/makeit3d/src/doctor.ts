// `bff doctor examples/makeit3d/src/doctor.ts` looks at the example as this environment makes it; nothing is started.
import { pino } from "pino";
import { createMakeit3d } from "./bff.ts";
import { readConfig } from "./config.ts";
import { readSecrets } from "./secrets.ts";

const config = readConfig(process.env);

/** What `npm start` would serve. */
export const bff = createMakeit3d(
  config,
  await readSecrets(config.dataDir),
  pino({ level: "silent" }),
  `http://127.0.0.1:${config.simulator.port}`,
);
