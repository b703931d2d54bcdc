// `npm run example:lambda`: the three functions as they are deployed, on this machine and without an account or a key. Lambda,
// SQS and S3 are played, and so are the vendors; Postgres is real, and gone with this process.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { postgres } from "@genbff/core/postgres";
import { startSimulator } from "@genbff/simulator";
import { SignJWT } from "jose";
import { startPostgres } from "../../../packages/core/src/testing/embedded/postgres-server.ts";
import { openS3 } from "../../../packages/core/src/testing/s3/stand-in.ts";
import { bundle } from "../bundle.ts";
import { openFleet } from "../emulator/fleet.ts";

const folder = await mkdtemp(join(tmpdir(), "genbff-lambda-"));
const [server, bucket, simulator] = await Promise.all([
  startPostgres(),
  openS3("assets"),
  startSimulator({ jobMs: 6000, latencyMs: 1500 }),
  bundle(folder),
]);
// What a deployment does before its functions: `npx bff migrate --folder shop=./sql`.
const database = postgres(server.url);
await database.migrate?.([{ name: "shop", path: fileURLToPath(new URL("../sql", import.meta.url)) }]);
await database.close();

const secret = "of this machine, for as long as it runs";
const fleet = await openFleet({
  taskRoot: folder,
  variables: {
    AWS_ACCESS_KEY_ID: bucket.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bucket.credentials.secretAccessKey,
    AWS_REGION: bucket.region,
    S3_BUCKET: "assets",
    S3_ENDPOINT: bucket.url,
    DATABASE_URL: server.url,
    AUTH_JWT_SECRET: secret,
    LINK_SECRET: secret,
    SIGN_UP_CREDITS: "100",
    STREAMING: "true",
    OPENAI_API_KEY: "held-by-the-worker",
    TRIPO_API_KEY: "held-by-the-worker",
    TRUSTED_ORIGINS: simulator.url,
  },
  workerVariables: {
    OPENAI_API_KEY: "sk-local",
    TRIPO_API_KEY: "tsk_local",
    OPENAI_BASE_URL: `${simulator.url}/openai/v1`,
    TRIPO_BASE_URL: `${simulator.url}/tripo/v3`,
  },
});
fleet.start();

const token = await new SignJWT({})
  .setProtectedHeader({ alg: "HS256" })
  .setSubject("ada")
  .setExpirationTime("12h")
  .sign(new TextEncoder().encode(secret));
console.log(`GenBFF on Lambda: ${fleet.baseUrl}
The vendors:      ${simulator.url}

  TOKEN=${token}
  curl -s ${fleet.baseUrl}/generate/text-to-image -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\
    -d "{\\"task_id\\": \\"$(uuidgen)\\", \\"prompt\\": \\"a lamp\\"}"
  curl -sN ${fleet.baseUrl}/tasks/<generation_id>/events -H "Authorization: Bearer $TOKEN"
`);

const end = async () => {
  await fleet.close();
  await Promise.all([simulator.close(), bucket.close(), server.stop()]);
  await rm(folder, { recursive: true, force: true });
};
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end());
