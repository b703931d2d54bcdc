import type { AddressInfo } from "node:net";
import { readConfig } from "./config.ts";
import { startLogokraft } from "./server.ts";

const config = readConfig(process.env);
const logokraft = await startLogokraft(config);
const server = logokraft.app.listen(config.PORT, (error?: Error) => {
  if (error) throw error;
  console.log(`LogoKraft: http://localhost:${(server.address() as AddressInfo).port}`);
});

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    server.close();
    void logokraft.stop().then(() => {
      server.closeAllConnections();
      process.exit(0);
    });
  });
