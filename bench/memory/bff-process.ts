// The BFF that is measured, as a team runs it: Express' listener, a real Postgres, files in a folder, two vendors.
// `bff-process.ts <settings as JSON>`; sends its address to its parent.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collectBuffersSooner } from "../../examples/makeit3d/src/collect-buffers.ts";
import { toExpress } from "../../packages/adapter-express/src/to-express.ts";
import { jwtAuth } from "../../packages/core/src/auth/jwt-auth.ts";
import { createBff } from "../../packages/core/src/create-bff.ts";
import { postgres } from "../../packages/core/src/database/postgres.ts";
import { files } from "../../packages/core/src/storage/files.ts";
import { openai } from "../../packages/providers/src/openai/index.ts";
import { tripo } from "../../packages/providers/src/tripo/index.ts";
import { obeyParent } from "./measured.ts";

/** What it is told. */
export interface BffSettings {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly vendorUrl: string;
  /** Signs the callers' tokens. */
  readonly secret: string;
  /** Without the setting that the example starts with. */
  readonly nodeDefaults: boolean;
}

const { databaseUrl, folder, vendorUrl, secret, nodeDefaults } = JSON.parse(
  process.argv[2] ?? "",
) as BffSettings;
if (!nodeDefaults) collectBuffersSooner();
const database = postgres(databaseUrl);
const tell = (fields: object, message: string) => console.error(message, fields);
const bff = createBff({
  database,
  storage: files(folder),
  auth: jwtAuth({ secret }),
  secret,
  providers: {
    openai: openai({ apiKey: "key-of-a-benchmark", baseUrl: `${vendorUrl}/openai/v1` }),
    tripo: tripo({ apiKey: "tsk_benchmark", baseUrl: `${vendorUrl}/tripo/v3`, pollMs: 100 }),
  },
  prices: {
    "text-to-image": { openai: "bench" },
    "image-to-image": { openai: "bench" },
    "image-inpaint": { openai: "bench" },
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

const server = createServer(toExpress(bff));
server.listen(0, "127.0.0.1", () => {
  obeyParent({ address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
