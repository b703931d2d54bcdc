import { setTimeout as sleep } from "node:timers/promises";
import { type Cloud, openCloud } from "../../examples/lambda/tests/cloud.ts";
import type { SqsEvent } from "../../packages/adapter-lambda/src/index.ts";
import { startPostgres } from "../../packages/core/src/testing/embedded/postgres-server.ts";
import { dice } from "../../packages/core/src/testing/generations/scheduler.ts";
import { readTakeovers, watchTakeovers } from "./cluster/takeovers.ts";
import type { Part } from "./part.ts";

const defaults = { "kill-every-ms": 10_000, open: 80, "job-ms": 4000, "latency-ms": 1500 };

/** Of `examples/lambda` by default: a lease, and what the schedule of a minute may add. */
const leaseMs = 20_000;
/** What issue 7 promises where a schedule is the fallback. */
export const takeoverMaxMs = 90_000;

/**
 * Issue 7: the functions of `examples/lambda` in the emulator of their runtime, with the schedule of a minute and the
 * lease of 20 s that are the defaults, while a worker's host dies again and again in the middle of its work.
 */
export const lambda: Part = {
  unit: "generations",
  full: 500,
  options: {},
  async run(order) {
    const option = (name: keyof typeof defaults) => order.option(name) ?? defaults[name];
    const draw = dice(order.seed);
    const postgres = await startPostgres();
    const cloud = await openCloud({
      server: postgres.url,
      scheduleMs: 60_000,
      queueSecondMs: 1000,
      jobMs: option("job-ms"),
      latencyMs: option("latency-ms"),
      variables: { EMULATOR_LOG: "none" },
    });
    try {
      await watchTakeovers((sql) => cloud.test.query(sql));
      await cloud.test.query(
        "create table public.deaths (generation_id uuid not null, died_at timestamptz not null)",
      );
      cloud.fleet.start();
      const ends: Record<string, number> = {};
      let begun = 0;
      let done = 0;
      const stopping = new AbortController();
      const kills = killEvery(option("kill-every-ms"), cloud, stopping.signal);
      const customer = async (user: string) => {
        while (order.more(begun)) {
          const operation = draw.below(2) === 0 ? "text-to-image" : "text-to-model";
          const prompt = `a lamp, number ${begun++}`;
          const wish = { task_id: crypto.randomUUID(), prompt };
          const { json } = await cloud.ask(user, `/generate/${operation}`, wish);
          const end = await endOf(cloud, String(json.generation_id));
          ends[end] = (ends[end] ?? 0) + 1;
          order.progress(++done);
        }
      };
      await Promise.all(Array.from({ length: option("open") }, (_, index) => customer(`user${index}`)));
      stopping.abort();
      const takeovers = await readTakeovers((sql) => cloud.test.query(sql));
      const [{ ms = 0 } = {}] = await cloud.test.query<{ ms: number }>(longestWait);
      const longestMs = leaseMs + ms;
      const [{ twice = 0 } = {}] = await cloud.test.query<{ twice: number }>(
        "select count(*)::int as twice from (select from genbff.attempts where intent_at is not null group by generation_id having count(*) > 1) bought",
      );
      const purchases = cloud.simulator.purchases().length;
      const broken = (await cloud.test.database.call("genbff_violations", {})) as unknown[];
      return {
        counts: {
          generations: done,
          ...ends,
          "workers killed at work": await kills,
          takeovers: takeovers.count,
          purchases,
          "ms at most from a last sign of life to a takeover": longestMs,
        },
        violations: [
          ...broken.map((violation) => JSON.stringify(violation)),
          ...(purchases > done ? [`${purchases} purchases for ${done} generations`] : []),
          ...(twice > 0 ? [`${twice} generations were sent twice`] : []),
          ...(longestMs > takeoverMaxMs
            ? [`a generation was taken over after ${longestMs} ms, ${takeoverMaxMs} are allowed`]
            : []),
        ],
      };
    } finally {
      await cloud.close();
      await postgres.stop();
    }
  },
};

/** Every so often one that is at work, and writes down for whom. Resolves to how many died, once the signal has come. */
async function killEvery(ms: number, { fleet, test }: Cloud, signal: AbortSignal): Promise<number> {
  let killed = 0;
  for (;;) {
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return killed;
    const event = (await fleet.worker.kill()) as SqsEvent | undefined;
    if (event === undefined) continue;
    killed += 1;
    const ids = event.Records.map(
      ({ body }) => (JSON.parse(body) as { generation_id: string }).generation_id,
    );
    await test.query("insert into public.deaths select id, clock_timestamp() from unnest($1::uuid[]) id", [
      ids,
    ]);
  }
}

/** From the end of a lease, or from the death of the last worker that had been told since, to the one who took over. */
const longestWait = `select coalesce(ceil(max(extract(epoch from taken_at - greatest(expired_at,
    (select max(died_at) from public.deaths d where d.generation_id = t.generation_id and died_at < taken_at))) * 1000)), 0)::int
    as ms from public.takeovers t`;

/** Looks into the books: a client that asks would move it on, and it is the schedule that is measured. */
async function endOf({ test }: Cloud, id: string): Promise<string> {
  const query = `select coalesce(operation || ' ended with ' || error_code, status) as status
      from genbff.generations where id = $1 and completed_at is not null`;
  for (;;) {
    const [ended] = await test.query<{ status: string }>(query, [id]);
    if (ended !== undefined) return ended.status;
    await sleep(500);
  }
}
