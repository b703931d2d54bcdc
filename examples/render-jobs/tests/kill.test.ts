import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  createTestDatabase,
  type TestDatabase,
} from "../../../packages/core/src/testing/embedded/test-database.ts";
import { expireLeases } from "../../../packages/core/src/testing/generations/expire-leases.ts";
import { migrations } from "./render-app.ts";
import { startRenderProcess } from "./render-process.ts";
import { wall } from "./wall.ts";

// The server itself, killed for real in the third of the five stages, with a job behind the one that runs. A render is free
// in this example; here it has a price, so that there is something to be charged wrong.

const price = 5;
const granted = 100;
const preload = new URL("watched-run.ts", import.meta.url);

let test: TestDatabase;
let folder: string;
beforeAll(async () => {
  [test, folder] = await Promise.all([
    createTestDatabase({ migrations, max: 2 }),
    mkdtemp(join(tmpdir(), "genbff-render-kill-")),
  ]);
  await test.query(`select public.genbff_set_operation_cost('render', ${price})`);
  await test.database.call("genbff_grant", {
    p_wallet_id: "ada",
    p_amount: granted,
    p_idempotency_key: "start",
  });
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

const environment = () => ({
  DATA_DIR: folder,
  DATABASE_URL: test.url,
  RENDER_QUEUE_DEPTH: "1",
  RENDER_SHOW_QUEUED: "true",
});

/** Asks a server as the one user of a laptop, whose session outlives it. */
async function ask(url: string, path: string, body?: object | FormData) {
  const session = await fetch(`${url}/dev/session`, { method: "POST" });
  const { access_token: token } = (await session.json()) as { access_token: string };
  const isForm = body instanceof FormData;
  const answer = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}

it("makes what was being made when it was killed, then what waited, one at a time, and charges each once", async () => {
  const first = await startRenderProcess({ ...environment(), RENDER_TEST_STALL: "project" }, preload);
  const photo = new FormData();
  photo.set("file", new File([new Uint8Array(await wall({ width: 240, height: 160 }))], "wall.png"));
  const { body: stored } = await ask(first.url, "/api/uploads", photo);
  const request = { image_url: stored.asset_url, texture_url: `${first.url}/samples/tiles.jpg` };
  const running = await ask(first.url, "/render/jobs", request);
  expect(running.status).toBe(201);
  await first.program.says(/^a run stands in project$/m);
  const behind = await ask(first.url, "/render/jobs", request);
  expect(behind.status).toBe(201);
  expect(await ask(first.url, "/render/jobs", request)).toEqual({
    status: 503,
    body: { error: "queue_full" },
  });
  const path = (job: { body: Record<string, string> }) => `/render/jobs/${job.body.job_id}`;
  expect((await ask(first.url, path(behind))).body).toEqual({ job_id: behind.body.job_id, status: "queued" });
  first.program.signal("SIGKILL");
  await first.program.ended;

  // As much time passes as the dead have left.
  await expireLeases(test);
  const second = await startRenderProcess(environment(), preload);
  for (const job of [running, behind]) {
    const end = await vi.waitUntil(
      async () => {
        const { body } = await ask(second.url, path(job));
        return ["completed", "failed"].includes(body.status ?? "") && body;
      },
      { timeout: 40_000, interval: 100 },
    );
    expect(end).toMatchObject({ job_id: job.body.job_id, status: "completed" });
    const picture = await fetch(end.result_url ?? "");
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
  }

  const runsOf = ({ program }: typeof first) => program.said().match(/^a run (begins|ends)$/gm);
  expect(runsOf(first)).toEqual(["a run begins"]);
  expect(runsOf(second)).toEqual(["a run begins", "a run ends", "a run begins", "a run ends"]);
  const rows = await test.query(
    "select status, attempt, charged::int as charged from genbff.generations order by created_at",
  );
  expect(rows).toEqual([
    { status: "complete", attempt: 2, charged: price },
    { status: "complete", attempt: 1, charged: price },
  ]);
  expect(await test.database.call("genbff_balance", { p_wallet_id: "ada" })).toMatchObject({
    available: granted - 2 * price,
    held: 0,
  });
  second.program.signal("SIGTERM");
  expect(await second.program.ended).toBe(0);
  expect(await test.query("select * from public.genbff_verify()")).toEqual([]);
});
