import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pglite } from "@genbff/core/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedPglite } from "../../../packages/core/src/testing/embedded/test-pglite.ts";
import { type Environment, freePorts, type ServerProcess, startServer } from "./server-process.ts";

// The example as a user runs it (one process, embedded database), killed for real at moments spread over a
// generation's life; the exact points are those of killed-worker.test.ts. What dies includes the simulator: it keeps its books in the data folder, as a vendor would.

interface Status {
  status: string;
  error: { error: string } | null;
  credits: { held: number; charged: number };
}

let dataDir: string;
let environment: Environment;
let server: ServerProcess;
let token: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "genbff-kill-"));
  await seedPglite(join(dataDir, "database"));
  const [port, simulatorPort] = await freePorts(2);
  environment = {
    PORT: String(port),
    SIMULATOR_PORT: String(simulatorPort),
    DATA_DIR: dataDir,
    LEASE_MS: "3000",
    SWEEP_MS: "100",
    SIMULATOR_JOB_MS: "1500",
    SIMULATOR_LATENCY_MS: "400",
  };
  server = await startServer(environment);
  const session = await fetch(`${server.url}/dev/session`, {
    method: "POST",
    body: '{"user":"ada"}',
    headers: { "content-type": "application/json" },
  });
  token = ((await session.json()) as { access_token: string }).access_token;
}, 120_000);
afterAll(async () => {
  await server.kill();
  const database = pglite(join(dataDir, "database"));
  expect(await database.call("genbff_violations", {})).toEqual([]);
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function api<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${server.url}/api${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status, path).toBeLessThan(300);
  return (await response.json()) as Answer;
}

async function endOf(id: string): Promise<Status> {
  for (let tries = 0; tries < 20; tries++) {
    const status = await api<Status>(`/tasks/${id}/status?wait=3`);
    if (["complete", "failed", "cancelled"].includes(status.status)) return status;
  }
  throw new Error(`${id} never ended`);
}

const purchases = async () => {
  const answer = await fetch(`${server.simulatorUrl}/_/purchases`);
  return ((await answer.json()) as { purchases: unknown[] }).purchases.length;
};

describe("kill -9 of the whole server", () => {
  it.each([
    { operation: "text-to-model", afterMs: 60 },
    { operation: "text-to-model", afterMs: 1700 },
    { operation: "text-to-image", afterMs: 150 },
  ])(
    "$afterMs ms into $operation ends it rightly, bought at most once",
    async ({ operation, afterMs }) => {
      const [boughtBefore, before] = [
        await purchases(),
        await api<{ available: number }>("/credits/balance"),
      ];
      const { generation_id: id, credits } = await api<{ generation_id: string; credits: { held: number } }>(
        `/generate/${operation}`,
        {
          task_id: `kill-${operation}-${afterMs}`,
          prompt: `a lamp, ${afterMs}`,
        },
      );
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await server.kill();
      server = await startServer(environment);

      const end = await endOf(id);
      const after = await api<{ available: number; held: number }>("/credits/balance");
      const bought = (await purchases()) - boughtBefore;
      expect(after.held).toBe(0);
      if (end.status === "complete") {
        expect(bought).toBe(1);
        expect(after.available).toBe(before.available - credits.held);
      } else {
        // Only a vendor that cannot be asked may leave an answer lost for good.
        expect(operation).toBe("text-to-image");
        expect(end.error?.error).toBe("submission_unknown");
        expect(bought).toBeLessThanOrEqual(1);
        expect(after.available).toBe(before.available);
      }
    },
    60_000,
  );

  it("leaves a server that stops when it is asked to", async () => {
    expect(await server.stop()).toBe(0);
    server = await startServer(environment);
  });
});
