// The BFF that is watched, as a team runs it: Express' listener, a real Postgres, files in a folder, one vendor.
// `bff-process.ts <settings as JSON>`; sends its address to its parent, and tells what it has done when it is asked.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collectBuffersSooner } from "../../examples/makeit3d/src/collect-buffers.ts";
import { toExpress } from "../../packages/adapter-express/src/to-express.ts";
import { jwtAuth } from "../../packages/core/src/auth/jwt-auth.ts";
import { createBff } from "../../packages/core/src/create-bff.ts";
import type { Database } from "../../packages/core/src/database/port.ts";
import { postgres } from "../../packages/core/src/database/postgres.ts";
import { files } from "../../packages/core/src/storage/files.ts";
import { tripo } from "../../packages/providers/src/tripo/index.ts";
import { obeyParent } from "../memory/measured.ts";
import { atRest } from "./at-rest.ts";

/** What it is told. */
export interface BffSettings {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly vendorUrl: string;
  /** Signs the callers' tokens. */
  readonly secret: string;
}

/** What it has done since it was last asked. */
export interface Done {
  /** Calls of the database by the function's name. */
  readonly calls: Readonly<Record<string, number>>;
  /** Processor time, in ms. */
  readonly cpuMs: number;
}

const { databaseUrl, folder, vendorUrl, secret } = JSON.parse(process.argv[2] ?? "") as BffSettings;
collectBuffersSooner();
let calls: Record<string, number> = {};
const driver = postgres(databaseUrl);
const database: Database = {
  ...driver,
  call(name, args) {
    calls[name] = (calls[name] ?? 0) + 1;
    return driver.call(name, args);
  },
};
const tell = (fields: object, message: string) => console.error(message, fields);
const bff = createBff({
  database,
  storage: files(folder),
  auth: jwtAuth({ secret }),
  secret,
  providers: { tripo: tripo({ apiKey: "tsk_benchmark", baseUrl: `${vendorUrl}/tripo/v3` }) },
  prices: {
    "text-to-model": { tripo: "bench" },
    "image-to-model": { tripo: "bench" },
    "sketch-to-model": { tripo: "bench" },
    "refine-model": { tripo: "bench" },
    "convert-model": { tripo: "bench" },
  },
  credits: { signUp: 1_000_000 },
  inputs: { trustedOrigins: [vendorUrl] },
  logger: { debug: () => undefined, info: () => undefined, warn: tell, error: tell },
});
await database.migrate?.([]);
await database.call("genbff_set_operation_cost", { p_key: "bench", p_credits: 1, p_per: "call" });
await bff.start();

let cpu = process.cpuUsage();
function done(): Done {
  const { user, system } = process.cpuUsage(cpu);
  const told = { calls, cpuMs: (user + system) / 1000 };
  cpu = process.cpuUsage();
  calls = {};
  return told;
}

const server = createServer(toExpress(bff));
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const { port } = server.address() as AddressInfo;
  obeyParent({ address: `http://127.0.0.1:${port}` }, async (asked: "rest" | "done") =>
    asked === "rest" ? atRest() : done(),
  );
});
