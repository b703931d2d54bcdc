import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { GenerationCreated, GenerationStatus } from "../contract/generation.ts";
import type { Database } from "../database/port.ts";
import type { JsonObject } from "../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import type { Host } from "../testing/host.ts";
import { ask, type HostRequest, send } from "../testing/host-request.ts";
import { pictures } from "../testing/host-suite-generations.ts";
import { readEvents } from "../testing/read-events.ts";
import { createTestBff, type TestBff, testToken } from "../testing/test-bff.ts";

// What watching costs the database and who may watch, on a real Postgres.

/** So few that whatever keeps one would be noticed at once. */
const connections = 2;
const calls: { name: string; args: JsonObject }[] = [];
let test: TestDatabase;
let testBff: TestBff;
let host: Host;

beforeAll(async () => {
  test = await createTestDatabase({ max: connections });
  const counted: Database = {
    ...test.database,
    call(name, args) {
      calls.push({ name, args });
      return test.database.call(name, args);
    },
  };
  testBff = await createTestBff(counted);
  const baseUrl = "http://localhost/api";
  host = { baseUrl, fetch: (request) => testBff.bff.fetch(request), close: async () => undefined };
});
afterAll(async () => {
  await testBff.stop();
  await test.close();
});

const watchCalls = () => calls.filter(({ name }) => name === "genbff_watch");
const start = async (taskId: string, more: Partial<HostRequest> & { prompt?: string } = {}) => {
  const { prompt = "[endless]", ...rest } = more;
  return (await ask<GenerationCreated>(host, pictures({ task_id: taskId, prompt }, rest))).body;
};
const cancel = (id: string, as?: string) =>
  ask(host, { method: "POST", path: `/generations/${id}/cancel`, ...(as ? { as } : {}) });

it("asks once per tick for everybody, and keeps no connection for anybody", async () => {
  const users = ["ada", "grace", "lin"];
  const started = await Promise.all(users.map((as) => start(`many-${as}`, { as })));
  const paths = started.flatMap(({ generation_id: id, task_id: task }) => [
    `/tasks/${id}/events`,
    `/tasks/${task}/events`,
  ]);
  const opened = await Promise.all(
    paths.flatMap((path, at) =>
      Array.from({ length: 20 }, () => send(host, { path, as: users[Math.floor(at / 2)] ?? "" })),
    ),
  );
  expect(opened.every(({ status }) => status === 200)).toBe(true);
  const leaving = new AbortController();
  const waiting = Promise.allSettled(
    started.flatMap(({ generation_id: id }, at) =>
      Array.from({ length: 10 }, () =>
        ask(host, {
          path: `/tasks/${id}/status?wait=20&version=999`,
          as: users[at] ?? "",
          signal: leaving.signal,
        }),
      ),
    ),
  );

  // 120 streams and 30 long-polls of six things: each look at everything has six lines.
  const everything = () => watchCalls().filter(({ args }) => (args.p_targets as unknown[]).length >= 6);
  await vi.waitFor(() => expect(everything().length).toBeGreaterThanOrEqual(5), { timeout: 20_000 });
  for (const { args } of watchCalls()) expect((args.p_targets as unknown[]).length).toBeLessThanOrEqual(6);
  const others = await test.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = 'genbff'",
  );
  expect(others[0]?.count).toBeLessThanOrEqual(connections);
  expect((await ask(host, { path: "/credits/balance" })).status).toBe(200);

  leaving.abort();
  await Promise.all([waiting, ...opened.map((response) => response.body?.cancel())]);
  await Promise.all(started.map(({ generation_id: id }, at) => cancel(id, users[at])));
  const seen = watchCalls().length;
  await ask(host, { path: "/credits/balance" });
  expect(watchCalls().length - seen).toBeLessThanOrEqual(1);
}, 60_000);

it("tells each of many readers the end, and once", async () => {
  const { generation_id: id } = await start("readers", { prompt: "[slow]" });
  const path = `/tasks/${id}/events`;
  const all = await Promise.all(
    Array.from({ length: 30 }, async () => readEvents(await send(host, { path }))),
  );
  for (const events of all) {
    expect(events.filter(({ data }) => data.completed_at !== null)).toHaveLength(1);
    expect(events.at(-1)?.data.status).toBe("complete");
  }
});

it("tells what ended before everybody's events were swept", async () => {
  const { generation_id: id } = await start("swept", { prompt: "a cat", headers: { prefer: "wait=15" } });
  const path = `/tasks/${id}/events`;
  const [before] = await readEvents(await send(host, { path }));
  expect(before?.data.status).toBe("complete");
  await test.database.call("genbff_retain", { p_large_ms: 0, p_rows_ms: 0 });
  expect(await test.query("select from genbff.events where generation_id = $1", [id])).toEqual([]);
  for (const headers of [{}, { "last-event-id": "1" }]) {
    const events = await readEvents(await send(host, { path, headers }));
    expect(events.map(({ id, data }) => [id, data.status])).toEqual([[before?.id, "complete"]]);
  }
});

describe("a task's stream", () => {
  const path = "/tasks/long-ago/events";
  const read = async (count: number, lastEventId?: string) => {
    const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
    const events = await readEvents(await send(host, { path, headers }), (seen) => seen.length >= count);
    return events.map(({ id, data }) => [id, data.generation_id, data.status, data.version]);
  };

  it("tells what was swept too, and after which of its events nothing is missed", async () => {
    const first = await start("long-ago", { prompt: "a cat", headers: { prefer: "wait=15" } });
    const [ended = []] = await read(1);
    const [last, , , version] = ended as [string, string, string, number];
    await test.database.call("genbff_retain", { p_large_ms: 0, p_rows_ms: 0 });
    expect(await test.query("select from genbff.events where task_id = 'long-ago'")).toEqual([]);
    const swept = [first.generation_id, "complete", version];
    // Whatever they saw last: what came after it is told no more, so they are told what is true.
    for (const seen of [undefined, "0", "1"]) expect(await read(1, seen)).toEqual([[last, ...swept]]);
    const { body } = await ask<GenerationStatus>(host, { path: "/tasks/long-ago/status?wait=1&version=0" });
    expect(body).toMatchObject({ generation_id: first.generation_id, status: "complete" });

    const second = await start("long-ago");
    await cancel(second.generation_id);
    await readEvents(await send(host, { path: `/tasks/${second.generation_id}/events` }));
    const whole = await read(2);
    expect(whole[0]).toEqual(["0", ...swept]);
    expect(whole[1]?.slice(1, 3)).toEqual([second.generation_id, "cancelled"]);
    expect(Number(whole[1]?.[0])).toBeGreaterThan(Number(last));
    // Cut off between the two: what was swept may have been missed, so all of it is told again.
    expect(await read(2, "0")).toEqual(whole);
    // Nothing was swept after the end of the first: the second is told one by one.
    expect((await read(1, last))[0]).toEqual([`${Number(last) + 1}`, second.generation_id, "pending", 1]);
  });
});

it("tells a backlog that is longer than one look in order, and one balance at its end", async () => {
  const as = "marie";
  await start("backlog", { as, prompt: "a cat", headers: { prefer: "wait=15" } });
  const newest = async () => {
    const rows = await test.query<{ seq: number }>(
      "select event_seq::int as seq from genbff.tasks where task_id = 'backlog'",
    );
    return rows[0]?.seq ?? 0;
  };
  // What a day at a desk leaves behind: more than is told of at once.
  while ((await newest()) < 70) await cancel((await start("backlog", { as })).generation_id, as);
  const { generation_id: id } = await start("backlog", { as });
  const response = await send(host, { path: "/tasks/backlog/events", as, headers: { "last-event-id": "1" } });
  const events = await readEvents(response, (seen) => seen.some(({ event }) => event === "balance"));
  const ids = events.flatMap(({ id }) => (id === undefined ? [] : [Number(id)]));
  expect(ids).toEqual(Array.from({ length: ids.length }, (_, at) => at + 2));
  expect(ids.length).toBeGreaterThanOrEqual(69);
  expect(events.at(-1)?.event).toBe("balance");
  await cancel(id, as);
}, 120_000);

it("takes no token in a URL, and a ticket for nothing but its stream", async () => {
  const { generation_id: id } = await start("secret", { prompt: "a cat", headers: { prefer: "wait=15" } });
  const token = await testToken("ada");
  const refusal = async (path: string) => {
    const { status, body } = await ask(host, { path, as: null });
    return [status, body.error];
  };
  for (const name of ["access_token", "token", "authorization"])
    expect(await refusal(`/tasks/${id}/events?${name}=${token}`)).toEqual([401, "unauthenticated"]);
  expect(await refusal(`/tasks/${id}/events?ticket=${token}`)).toEqual([401, "invalid_token"]);

  const path = `/tasks/${id}/events/ticket`;
  const { body, headers } = await ask<{ ticket: string; expires_at: string }>(host, { method: "POST", path });
  expect(headers.get("cache-control")).toBe("no-store");
  expect((await send(host, { path: `/tasks/${id}/events?ticket=${body.ticket}`, as: null })).status).toBe(
    200,
  );
  expect(await refusal(`/tasks/secret/events?ticket=${body.ticket}`)).toEqual([401, "invalid_token"]);
  for (const other of [`/tasks/${id}/status`, "/credits/balance", "/tasks"])
    expect(await refusal(`${other}?ticket=${body.ticket}`)).toEqual([401, "unauthenticated"]);
  const foreign = await ask(host, { method: "POST", path, as: "grace" });
  expect([foreign.status, foreign.body.error]).toEqual([404, "not_found"]);
});

it("gives no ticket for longer than the token that asked for it", async () => {
  const { generation_id: id } = await start("ending", { prompt: "a cat" });
  const exp = Math.floor(Date.now() / 1000) + 40;
  const path = `/tasks/${id}/events/ticket`;
  const { body } = await ask<{ expires_at: string }>(host, { method: "POST", path, claims: { exp } });
  // A token is taken for 5 s more, because clocks differ.
  expect(Date.parse(body.expires_at)).toBe((exp + 5) * 1000);
});

it("answers a long-poll with the newest, though several versions came at once", async () => {
  const { generation_id: id } = await start("newest", { prompt: "a cat" });
  const { body } = await ask<GenerationStatus>(host, { path: `/tasks/${id}/status?wait=15&version=0` });
  const { body: end } = await ask<GenerationStatus>(host, {
    path: `/tasks/${id}/status?wait=15&version=${body.version}`,
  });
  expect(end.version).toBeGreaterThanOrEqual(body.version);
});
