import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createBff } from "@genbff/core";
import { files } from "@genbff/core/files";
import { postgres } from "@genbff/core/postgres";
import { picture, running } from "../../../core/src/testing/generations/scripted-provider.ts";
import { testStudio } from "../../../core/src/testing/test-studio.ts";
import { toExpress } from "../to-express.ts";

// A server as docs/hosts.md has it, in a process of its own: it says what it does, and stops on SIGTERM.

/** What it is told by its environment. */
export interface Orders {
  readonly databaseUrl: string;
  readonly folder: string;
  /** It asks the vendor and hears nothing until it stops: the lease stays in its hands. */
  readonly holds: boolean;
  readonly secret: string;
}

const orders = JSON.parse(process.env.ORDERS ?? "{}") as Orders;
const say = (line: string) => void process.stdout.write(`${line}\n`);

const studio: ReturnType<typeof testStudio> = {
  ...testStudio(),
  submit: async (job) => {
    say("submitted");
    return running(job.generationId, 10);
  },
  check: async (_, { signal }) => {
    say("asked");
    if (orders.holds)
      await new Promise((__, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    return picture();
  },
};
const trouble = (fields: object, message: string) => say(`${message} ${JSON.stringify(fields)}`);
const bff = createBff({
  database: postgres({ connectionString: orders.databaseUrl, migrate: false }),
  storage: files(orders.folder),
  auth: { authenticate: async () => ({ userId: "ada", admin: false, expiresAt: Date.now() + 3_600_000 }) },
  providers: { studio },
  prices: { "text-to-image": { studio: "picture" }, "image-to-image": { studio: "picture" } },
  credits: { signUp: 100 },
  secret: orders.secret,
  // Nobody who goes on here has waited for a lease to run out.
  limits: { leaseMs: 600_000, heartbeatMs: 60_000 },
  logger: { debug() {}, info() {}, warn: trouble, error: trouble },
});
await bff.start();

const server = createServer(toExpress(bff));
server.listen(0, "127.0.0.1", () => say(`listening ${(server.address() as AddressInfo).port}`));

process.once("SIGTERM", async () => {
  server.close();
  await bff.stop();
  server.closeAllConnections();
  say("stopped");
  process.exit(0);
});
