import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import type { JsonObject } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";

// The state machine's own rules, asked of the database directly: what no bug in TypeScript may get around.

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase({ max: 32 });
  await test.database.call("genbff_set_operation_cost", { p_key: "key", p_credits: 2, p_per: "output" });
});
afterAll(async () => {
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
});

type Row = Record<string, unknown>;
const call = (name: string, args: JsonObject) => test.database.call(`genbff_${name}`, args) as Promise<Row>;
const code = (made: Promise<unknown>) =>
  made.then(
    () => "ok",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );

interface Asked {
  user?: string;
  task?: string;
  deadlineMs?: number;
  outputs?: number;
  version?: number;
  open?: number;
  depth?: number;
}

async function start(asked: Asked = {}): Promise<{ id: string; user: string }> {
  const user = asked.user ?? randomUUID();
  await call("grant", { p_wallet_id: user, p_amount: 100, p_idempotency_key: "start" });
  const outputs = asked.outputs ?? 1;
  const started = await call("start", {
    p_user_id: user,
    p_wallet_id: user,
    p_task_id: asked.task ?? randomUUID(),
    p_operation: "text-to-image",
    p_provider: "openai",
    p_input: { prompt: "x" },
    p_sources: [],
    p_prompt: "x",
    p_style: null,
    p_style_version: 1,
    p_output_kind: "image",
    p_outputs: outputs,
    p_price: {
      key: "key",
      version: asked.version ?? 1,
      per: "output",
      unit: 2,
      credits: 2 * outputs,
      basis: {},
    },
    p_quote_id: null,
    p_idempotency_key: null,
    p_digest: null,
    p_retry_of: null,
    p_limits: {
      open_generations_per_user: asked.open ?? 20,
      queue_depth: asked.depth ?? 1000,
      attempts: 2,
      deadline_ms: asked.deadlineMs ?? 60_000,
    },
  });
  return { id: started.generation_id as string, user };
}

/** Whose turn came while another was asked for: a waiting id gives its worker the next in turn. */
const claimed = new Map<string, { epoch: number; exhausted: boolean }>();

/** As much time passes as the lease has left, or the generation until its deadline. */
const runsOut = (what: "lease_expires_at" | "deadline_at", id: string) =>
  test.query(`update genbff.generations set ${what} = genbff.now() where id = $1`, [id]);

async function take(id: string): Promise<{ epoch: number; exhausted: boolean }> {
  for (let tries = 0; tries < 100; tries++) {
    const taken = await call("take", { p_generation_id: id, p_worker: "w", p_lease_ms: 60_000 });
    const generation = taken.generation as Row | undefined;
    if (generation !== undefined)
      claimed.set(generation.id as string, {
        epoch: generation.lease_epoch as number,
        exhausted: taken.exhausted as boolean,
      });
    const mine = claimed.get(id);
    if (mine !== undefined) {
      claimed.delete(id);
      return mine;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("never taken");
}
const held = (id: string, epoch: number) => ({ p_generation_id: id, p_epoch: epoch });
const stored = (id: string, index: number) => ({
  index,
  storage_key: `${id}/${index}`,
  asset_url: `/${id}/${index}`,
  content_type: "image/png",
  bytes: 1,
  sha256: "00",
  width: 1,
  height: 1,
});

describe("start", () => {
  it("refuses a price that is not the table's any more", async () => {
    expect(await code(start({ version: 7 }))).toBe("price_changed");
  });

  it("never opens more than a user may have, however many ask at once", async () => {
    const user = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 24 }, () => code(start({ user, open: 5 }))));
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(5);
    expect(new Set(outcomes)).toEqual(new Set(["ok", "too_many_generations"]));
  });

  it("refuses when the queue is full, and holds nothing", async () => {
    const user = randomUUID();
    expect(await code(start({ user, depth: 1 }))).toBe("queue_full");
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ held: 0 });
  });

  it("gives every output of a task a name of its own", async () => {
    const [user, task] = [randomUUID(), randomUUID()];
    await Promise.all(Array.from({ length: 6 }, () => start({ user, task, outputs: 2 })));
    const rows = await test.query<{ file_index: number }>(
      "select file_index from public.assets where task_id = $1 order by 1",
      [task],
    );
    expect(rows.map((row) => row.file_index)).toEqual(Array.from({ length: 12 }, (_, index) => index));
  });
});

describe("a lease", () => {
  it("is one worker's alone, and each new one has a higher epoch", async () => {
    const { id } = await start();
    const first = await take(id);
    expect(await call("take", { p_generation_id: id, p_worker: "other", p_lease_ms: 1000 })).toMatchObject({
      state: "busy",
    });
    await runsOut("lease_expires_at", id);
    const takers = await Promise.all(
      Array.from({ length: 16 }, () =>
        call("take", { p_generation_id: id, p_worker: "w", p_lease_ms: 60_000 }),
      ),
    );
    const winners = takers.filter((taken) => (taken.generation as Row | undefined)?.id === id);
    expect(winners).toHaveLength(1);
    expect((winners[0]?.generation as Row | undefined)?.lease_epoch).toBe(first.epoch + 1);
  });

  it("is not taken by a second one between the look of the first and its commit", async () => {
    const { id } = await start();
    await take(id);
    await runsOut("lease_expires_at", id);
    const first = new Client(test.url);
    await first.connect();
    try {
      await first.query("begin");
      await first.query("select public.genbff_take($1, 'first', 60000)", [id]);
      const second = call("take", { p_generation_id: id, p_worker: "second", p_lease_ms: 60_000 });
      // One that waits for the first is told what is true afterwards; one that does not, at once.
      await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 300))]);
      await first.query("commit");
      expect(await second).toEqual({ state: "busy" });
    } finally {
      await first.end();
    }
  });

  it("fences every write: whoever has lost it changes nothing", async () => {
    const { id, user } = await start();
    const lost = await take(id);
    await runsOut("lease_expires_at", id);
    await take(id);
    const stale = held(id, lost.epoch);
    const before = await test.query("select * from genbff.generations where id = $1", [id]);
    expect(await call("intent", { ...stale, p_request: {}, p_digest: "d" })).toBeNull();
    expect(await call("record", { ...stale, p_changes: { progress: 50 } })).toBeNull();
    expect(await call("heartbeat", { ...stale, p_lease_ms: 1000 })).toBeNull();
    expect(await call("adopt", { ...stale, p_candidates: [{ key: "j" }] })).toBeNull();
    expect(await call("finish", { ...stale, p_assets: [stored(id, 0)] })).toBeNull();
    expect(await call("fail", { ...stale, p_code: "provider_failed" })).toBeNull();
    expect(await test.query("select * from genbff.generations where id = $1", [id])).toEqual(before);
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ held: 2 });
  });

  it("is over when it was given back: the same epoch writes nothing more", async () => {
    const { id } = await start();
    const { epoch } = await take(id);
    expect(await call("record", { ...held(id, epoch), p_changes: {}, p_delay_ms: 60_000 })).not.toBeNull();
    expect(await call("record", { ...held(id, epoch), p_changes: { progress: 50 } })).toBeNull();
    expect(await call("heartbeat", { ...held(id, epoch), p_lease_ms: 60_000 })).toBeNull();
  });

  it("lets a generation that kills its workers end: each death before the intent costs an attempt", async () => {
    const { id } = await start();
    const exhausted = [];
    for (let death = 0; death < 3; death++) {
      exhausted.push((await take(id)).exhausted);
      await runsOut("lease_expires_at", id);
    }
    expect(exhausted).toEqual([false, false, true]);
    const { epoch } = await take(id);
    await call("fail", { ...held(id, epoch), p_code: "attempts_exhausted" });
    const attempts = await test.query<{ outcome: string }>(
      "select outcome from genbff.attempts where generation_id = $1 order by attempt",
      [id],
    );
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(["abandoned", "abandoned"]);
  });
});

describe("an attempt", () => {
  it("is sent once: a second intent is refused by the database itself", async () => {
    const { id } = await start();
    const { epoch } = await take(id);
    expect(await call("intent", { ...held(id, epoch), p_request: {}, p_digest: "d" })).toMatchObject({
      go: true,
    });
    await expect(call("intent", { ...held(id, epoch), p_request: {}, p_digest: "d" })).rejects.toThrow();
  });

  it("is not sent once the user has cancelled", async () => {
    const { id, user } = await start();
    const { epoch } = await take(id);
    expect(await call("cancel", { p_user_id: user, p_generation_id: id })).toMatchObject({
      status: "processing",
      cancel_requested: true,
    });
    expect(await call("intent", { ...held(id, epoch), p_request: {}, p_digest: "d" })).toMatchObject({
      go: false,
    });
  });

  it("sends nothing and renews nothing once the deadline has passed", async () => {
    const { id } = await start();
    const { epoch } = await take(id);
    await runsOut("deadline_at", id);
    expect(await call("intent", { ...held(id, epoch), p_request: {}, p_digest: "d" })).toMatchObject({
      go: false,
    });
    expect(await call("heartbeat", { ...held(id, epoch), p_lease_ms: 60_000 })).toBeNull();
    await call("fail", { ...held(id, epoch), p_code: "timeout" });
  });

  it("never adopts a job that another generation holds, not even when two look at once", async () => {
    const lost = await Promise.all(Array.from({ length: 6 }, () => start()));
    const leases = [];
    for (const { id } of lost) {
      const { epoch } = await take(id);
      await call("intent", { ...held(id, epoch), p_request: {}, p_digest: "d" });
      await call("record", { ...held(id, epoch), p_changes: { step: "submit_unknown", outcome: "unknown" } });
      leases.push({ id, epoch });
    }
    const jobs = ["a", "b", "c", "d"].map((key) => ({ key: `${key}-${randomUUID()}` }));
    const adopted = await Promise.all(
      leases.map(({ id, epoch }) => call("adopt", { ...held(id, epoch), p_candidates: jobs })),
    );
    expect(adopted.filter((answer) => answer.adopted)).toHaveLength(4);
    const rows = await test.query<{ job_key: string }>(
      "select job_key from genbff.attempts where job_key = any($1)",
      [jobs.map((job) => job.key)],
    );
    expect(new Set(rows.map((row) => row.job_key)).size).toBe(4);
  });
});

describe("an end", () => {
  it("comes once: completing, failing, cancelling and the deadline agree on one of them", async () => {
    for (let round = 0; round < 8; round++) {
      const { id, user } = await start({ outputs: 2, deadlineMs: 60_000 });
      const { epoch } = await take(id);
      await Promise.all([
        call("finish", { ...held(id, epoch), p_assets: [stored(id, 0)] }),
        call("fail", { ...held(id, epoch), p_code: "provider_failed" }),
        code(call("cancel", { p_user_id: user, p_generation_id: id })),
        call("sweep", { p_count: 100 }),
      ]);
      const [row] = await test.query<{ status: string; charged: string }>(
        "select status, charged from genbff.generations where id = $1",
        [id],
      );
      expect(["complete", "failed"]).toContain(row?.status);
      expect(await call("balance", { p_wallet_id: user })).toMatchObject({
        held: 0,
        posted: 100 - (row?.status === "complete" ? 2 : 0),
      });
    }
  });

  it("is not undone by a late success", async () => {
    const { id, user } = await start();
    const { epoch } = await take(id);
    await call("fail", { ...held(id, epoch), p_code: "provider_failed" });
    expect(await call("finish", { ...held(id, epoch), p_assets: [stored(id, 0)] })).toBeNull();
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ held: 0, posted: 100 });
  });

  it("is not good without an output, nor with one that was never reserved", async () => {
    const { id } = await start();
    const { epoch } = await take(id);
    for (const p_assets of [[], [stored(id, 7)]])
      await expect(call("finish", { ...held(id, epoch), p_assets })).rejects.toThrow();
    expect(await call("finish", { ...held(id, epoch), p_assets: [stored(id, 0)] })).toMatchObject({
      status: "complete",
    });
  });

  it("is not undone by a child that cannot be paid: that one is born failed", async () => {
    const { id, user } = await start();
    const { epoch } = await take(id);
    const child = {
      operation: "text-to-image",
      provider: "openai",
      input: {},
      sources: [],
      style_version: 1,
      output_kind: "image",
      outputs: 1,
      price: { key: "key", version: 1, per: "output", unit: 99, credits: 99, basis: {} },
      limits: { attempts: 1, deadline_ms: 60_000 },
    };
    const finished = await call("finish", {
      ...held(id, epoch),
      p_assets: [stored(id, 0)],
      p_children: [child],
    });
    expect(finished).toMatchObject({ status: "complete", charged: 2 });
    expect(
      await test.query("select status, error_code from genbff.generations where parent_id = $1", [id]),
    ).toEqual([{ status: "failed", error_code: "insufficient_credits" }]);
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ held: 0, posted: 98 });
  });

  it("charges what was delivered: two of three", async () => {
    const { id, user } = await start({ outputs: 3 });
    const { epoch } = await take(id);
    expect(
      await call("finish", {
        ...held(id, epoch),
        p_assets: [stored(id, 0), stored(id, 2)],
        p_failures: [{ index: 1, code: "content_rejected" }],
      }),
    ).toMatchObject({ charged: 4 });
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ posted: 96, held: 0 });
    const rows = await test.query<{ status: string }>(
      "select status from public.assets where generation_id = $1 order by index",
      [id],
    );
    expect(rows.map((row) => row.status)).toEqual(["complete", "failed", "complete"]);
  });

  it("is the sweep's when the deadline passes in nobody's hands, with an orphan of what may have been bought", async () => {
    const { id, user } = await start();
    const { epoch } = await take(id);
    await call("intent", { ...held(id, epoch), p_request: {}, p_digest: "d" });
    await runsOut("lease_expires_at", id);
    await runsOut("deadline_at", id);
    await call("sweep", { p_count: 100 });
    const [row] = await test.query<{ error_code: string }>(
      "select error_code from genbff.generations where id = $1",
      [id],
    );
    expect(row?.error_code).toBe("timeout");
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ held: 0, posted: 100 });
    expect(await test.query("select reason from genbff.orphans where generation_id = $1", [id])).toEqual([
      { reason: "timeout" },
    ]);
  });

  it("is absorbing: the trigger refuses any change of what has ended, and any transition that is not in the table", async () => {
    const { id, user } = await start();
    await call("cancel", { p_user_id: user, p_generation_id: id });
    expect(await call("cancel", { p_user_id: user, p_generation_id: id })).toMatchObject({
      status: "cancelled",
    });
    await expect(
      test.query("update genbff.generations set progress = 1 where id = $1", [id]),
    ).rejects.toThrow("has ended");
    const other = await start();
    await expect(
      test.query(
        "update genbff.generations set status = 'complete', completed_at = now(), next_run_at = null where id = $1",
        [other.id],
      ),
    ).rejects.toThrow("is not a transition");
  });

  it("belongs to the generation: no function settles its hold from outside", async () => {
    const { id, user } = await start();
    const [hold] = await test.query<{ id: string }>("select id from genbff.holds where generation_id = $1", [
      id,
    ]);
    // Beside it one that has timed out: what takes that one away leaves the generation's alone.
    const timedOut = { p_idempotency_key: "h", p_external_reference: "poster", p_expires_in_ms: 1 };
    await call("hold", { p_wallet_id: user, p_amount: 3, ...timedOut });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await call("expire_due", {})).toMatchObject({ holds: 1 });
    expect(await call("balance", { p_wallet_id: user })).toMatchObject({ held: 2 });
    expect(await code(call("capture", { p_hold_id: hold?.id as string, p_full: true }))).toBe("forbidden");
    expect(await code(call("release", { p_hold_id: hold?.id as string }))).toBe("forbidden");
  });
});

describe("events", () => {
  it("are numbered without a gap, in the order of their commits, over all generations of a task", async () => {
    const [user, task] = [randomUUID(), randomUUID()];
    const all = await Promise.all(Array.from({ length: 8 }, () => start({ user, task })));
    await Promise.all(all.map(({ id }) => call("cancel", { p_user_id: user, p_generation_id: id })));
    const rows = await test.query<{ seq: string; version: number }>(
      "select seq, version from genbff.events where task_id = $1 order by seq",
      [task],
    );
    expect(rows.map((row) => Number(row.seq))).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(rows.filter((row) => row.version === 2)).toHaveLength(8);
  });
});
