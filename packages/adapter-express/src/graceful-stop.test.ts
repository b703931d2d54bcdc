import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { programEnvironment } from "../../core/src/testing/program-environment.ts";
import { readEvents, type SentEvent } from "../../core/src/testing/read-events.ts";
import type { Orders } from "./testing/serving-process.ts";

// Two processes on one Postgres, as in every deployment: the old one is told to stop while it works and while somebody
// watches; the new one goes on.

let test: TestDatabase;
let folder: string;
beforeAll(async () => {
  test = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "genbff-stop-"));
  await test.database.call("genbff_set_operation_cost", { p_key: "picture", p_credits: 5 });
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server in a process of its own. */
interface Serving {
  readonly child: ChildProcess;
  said(): string;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Resolves when it has said it. */
  says(pattern: RegExp): Promise<string>;
}

const main = fileURLToPath(new URL("./testing/serving-process.ts", import.meta.url));

function serve(holds: boolean): Serving {
  const orders: Orders = { databaseUrl: test.url, folder, holds };
  const child = spawn(process.execPath, ["--conditions=@genbff/source", main], {
    env: { ...programEnvironment, ORDERS: JSON.stringify(orders) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const read = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  return {
    child,
    said: () => output,
    ended: once(child, "close").then(([code, signal]) => signal ?? code),
    says: (pattern) =>
      vi.waitFor(
        () => {
          const [, found] = pattern.exec(output) ?? [];
          if (found === undefined) throw new Error(`it never said ${pattern}, but:\n${output}`);
          return found;
        },
        { timeout: 20_000, interval: 20 },
      ),
  };
}

const addressOf = async (serving: Serving) => `http://127.0.0.1:${await serving.says(/listening (\d+)/)}/api`;

it("hands a running generation and its watchers to the next process, and nothing is missed", async ({
  annotate,
}) => {
  const old = serve(true);
  let next: Serving | undefined;
  try {
    const oldAddress = await addressOf(old);
    const started = await fetch(`${oldAddress}/generate/text-to-image`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ task_id: "handed-over", prompt: "a lamp" }),
    });
    const { generation_id: id } = (await started.json()) as { generation_id: string };
    await old.says(/(asked)/);
    const watched = await fetch(`${oldAddress}/tasks/${id}/events`);
    // Only now: what nobody holds yet, the new one would begin itself.
    next = serve(false);
    const nextAddress = await addressOf(next);
    const [held] = await leases();
    expect(held).toMatchObject({ status: "processing", attempt: 1, lease_owner: expect.any(String) });

    const toldAt = performance.now();
    old.child.kill("SIGTERM");
    const before = await readEvents(watched);
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter(isLast)).toEqual([]);

    const resumed = await fetch(`${nextAddress}/tasks/${id}/events`, {
      headers: { "last-event-id": before.at(-1)?.id ?? "" },
    });
    let tookMs: number | undefined;
    const after = await readEvents(resumed, (events) => {
      if (events.length > 0) tookMs ??= performance.now() - toldAt;
      return false;
    });
    await annotate(`the next process's first event came ${Math.round(tookMs ?? 0)} ms after SIGTERM`);

    const versions = [...before, ...after].map((event) => Number(event.id));
    const first = versions[0] ?? 0;
    expect(versions).toEqual(versions.map((_, at) => first + at));
    expect(after.filter(isLast)).toHaveLength(1);
    expect(after.at(-1)?.data).toMatchObject({ status: "complete", credits: { held: 0, charged: 5 } });

    expect(await old.ended).toBe(0);
    expect(old.said()).toContain("stopped");
    await expect(fetch(`${oldAddress}/health`)).rejects.toThrow();
    // Bought once; the lease, which had nine more minutes, was given back and not waited for.
    expect((old.said() + next.said()).match(/submitted/g)).toHaveLength(1);
    const [ended] = await leases();
    expect(ended).toMatchObject({ status: "complete", attempt: 1, lease_owner: null });
    expect(Number(ended?.lease_epoch)).toBeGreaterThan(Number(held?.lease_epoch));
  } finally {
    old.child.kill("SIGKILL");
    next?.child.kill("SIGTERM");
    await Promise.all([old.ended, next?.ended]);
  }
  expect(await next.ended).toBe(0);
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
});

const leases = () => test.query("select status, attempt, lease_owner, lease_epoch from genbff.generations");

const isLast = ({ data }: SentEvent) => data.completed_at !== null && data.completed_at !== undefined;
