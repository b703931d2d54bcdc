import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { SignJWT } from "jose";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { vendorCanary } from "../../../packages/core/src/testing/leaks/vendor-canary.ts";
import {
  secretsIn,
  type WatchedServer,
  watchServer,
} from "../../../packages/core/src/testing/leaks/watch-server.ts";
import { openS3 } from "../../../packages/core/src/testing/s3/stand-in.ts";
import { bundle } from "../bundle.ts";
import { type Fleet, type FleetOptions, openFleet } from "../emulator/fleet.ts";

/** AWS and two vendors on this machine, and the example's functions in it. */
export interface Cloud {
  readonly fleet: Fleet;
  readonly test: TestDatabase;
  readonly simulator: Simulator;
  /** What was asked of vendors by a function that has no business with them. */
  readonly strayCalls: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Searches what the functions say, and what is read from its addresses: the fleet's is one. */
  readonly watch: WatchedServer;
  tokenOf(user: string): Promise<string>;
  ask(user: string, path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }>;
  close(): Promise<void>;
}

const secret = "a secret of at least thirty-two letters";
export const webhookSecret = "whsec_of_the_test";
const sql = fileURLToPath(new URL("../sql", import.meta.url));

/** Opens one. Its messages and its schedule rest until `fleet.start()`. */
export async function openCloud(
  options: Partial<FleetOptions> & {
    readonly jobMs?: number;
    readonly latencyMs?: number;
    /** The URL of another Postgres than the run's. */
    readonly server?: string;
  } = {},
): Promise<Cloud> {
  const { jobMs = 600, latencyMs = 200, server, variables: more, ...fleetOptions } = options;
  const folder = await mkdtemp(join(tmpdir(), "genbff-lambda-"));
  const [test, bucket, simulator, trap] = await Promise.all([
    createTestDatabase({
      migrations: [{ name: "lambda", path: sql }],
      ...(server === undefined ? {} : { server }),
    }),
    openS3("assets"),
    startSimulator({ jobMs, latencyMs, canary: vendorCanary }),
    openTrap(),
    bundle(folder),
  ]);
  const { accessKeyId, secretAccessKey } = bucket.credentials;
  const variables = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: bucket.region,
    DATABASE_URL: test.url,
    S3_BUCKET: "assets",
    S3_ENDPOINT: bucket.url,
    AUTH_JWT_SECRET: secret,
    LINK_SECRET: secret,
    OPENAI_API_KEY: "held-by-the-worker",
    TRIPO_API_KEY: "held-by-the-worker",
    TRIPO_WEBHOOK_SECRET: webhookSecret,
    OPENAI_BASE_URL: trap.url,
    TRIPO_BASE_URL: trap.url,
    TRIPO_POLL_MS: "250",
    SIGN_UP_CREDITS: "1000",
    TRUSTED_ORIGINS: simulator.url,
    ...more,
  };
  // It alone has keys and knows where vendors are.
  const workerVariables = {
    OPENAI_API_KEY: "sk-local",
    TRIPO_API_KEY: "tsk_local",
    OPENAI_BASE_URL: `${simulator.url}/openai/v1`,
    TRIPO_BASE_URL: `${simulator.url}/tripo/v3`,
  };
  const watch = watchServer("a function", {
    secrets: [...secretsIn(variables), ...secretsIn(workerVariables)],
    // The example has no other names for them.
    vendorsAreNamed: true,
  });
  const fleet = await openFleet({
    scheduleMs: 800,
    queueSecondMs: 300,
    ...fleetOptions,
    taskRoot: folder,
    variables,
    workerVariables,
    onOutput(output) {
      watch.hears(output);
      output.on("data", (text: string) => process.stderr.write(text));
    },
  });
  watch.at(fleet.baseUrl);
  const tokenOf = (user: string) =>
    new SignJWT({})
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(user)
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(secret));
  return {
    fleet,
    test,
    simulator,
    watch,
    strayCalls: trap.calls,
    variables: { ...variables, PUBLIC_URL: fleet.baseUrl, QUEUE_URL: fleet.queue.queueUrl },
    tokenOf,
    async ask(user, path, body) {
      const answer = await fetch(`${fleet.baseUrl}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${await tokenOf(user)}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
    },
    async close() {
      await fleet.close();
      await Promise.all([simulator.close(), bucket.close(), trap.close(), test.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where vendors are for those that must not ask any. */
async function openTrap() {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    calls,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
