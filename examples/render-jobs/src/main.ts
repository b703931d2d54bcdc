import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { toExpress } from "@genbff/adapter-express";
import { jwtAuth } from "@genbff/core";
import { files } from "@genbff/core/files";
import { pglite } from "@genbff/core/pglite";
import { postgres } from "@genbff/core/postgres";
import express from "express";
import { pino } from "pino";
import { readConfig } from "./config.ts";
import { localSession } from "./local-session.ts";
import { buildPage } from "./page.ts";
import { createRenderBff } from "./render-bff.ts";
import { readSecret } from "./secret.ts";

const config = readConfig(process.env);
const secret = await readSecret(config.dataDir);
const app = express();
app.disable("x-powered-by");
const server = createServer(app).listen(config.port);
await once(server, "listening");
const here = `http://localhost:${(server.address() as AddressInfo).port}`;

const render = createRenderBff({
  database:
    config.databaseUrl === undefined
      ? pglite(join(config.dataDir, "database"))
      : postgres(config.databaseUrl),
  storage: files(join(config.dataDir, "project-images")),
  auth: jwtAuth({ secret: config.jwtSecret ?? secret }),
  secret,
  publicUrl: config.publicUrl ?? here,
  // The page's samples are photos like any other, and lie on this machine.
  trustedOrigins: [here],
  pageOrigins: config.pageOrigins,
  stageTimeoutMs: config.stageTimeoutMs,
  queueDepth: config.queueDepth,
  showQueued: config.showQueued,
  logger: pino({ level: "warn" }, pino.destination(2)),
});
const [page] = await Promise.all([buildPage(join(config.dataDir, "page")), render.bff.start()]);

if (config.jwtSecret === undefined) app.use(localSession(secret));
app.use("/api", toExpress(render.bff));
// A route and no mount: the contract looks at the whole path, and a mount would take its beginning away.
app.all("/render/*path", toExpress(render));
app.use(express.static(page, { dotfiles: "allow" }));
console.log(`Render jobs: ${here}`);

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    void stop();
  });

/** Takes nothing new; a render that is not done in ten seconds is made again by whoever starts next. */
async function stop(): Promise<void> {
  server.close();
  await render.bff.stop();
  server.closeAllConnections();
  process.exit(0);
}
