import type { QueryResultRow } from "pg";
import type { TestDatabase } from "../../packages/core/src/testing/embedded/test-database.ts";
import { type App, type Payment, price } from "./app.ts";
import type { Vendor } from "./vendor.ts";

interface Prediction {
  readonly id: string;
  readonly status: string;
  readonly output: readonly string[] | null;
}
interface Row {
  readonly id: number;
  readonly user_id: string;
  readonly vendor_id: string;
  readonly status: string;
  readonly url: string | null;
}

class ProcessDied extends Error {}

const looksMax = 20;

/**
 * An app as many are written in an afternoon: it works, and has every hole that the attacks look for. Each is marked.
 * It is here so that an attack that finds nothing is known to be one that would have found something.
 */
export async function openNaiveApp(test: TestDatabase, vendor: Vendor): Promise<App> {
  await test.query("create schema naive");
  await test.query("create table naive.users (id text primary key, credits int not null)");
  await test.query(
    "create table naive.jobs (id serial primary key, user_id text, vendor_id text, status text not null default 'pending', url text, looks int not null default 0)",
  );
  let [databaseIsAway, dies] = [false, false];
  const query = async <Result extends QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    if (databaseIsAway) throw new Error("connection refused");
    return test.query<Result>(text, values);
  };
  const creditsOf = async (user: string) =>
    (await query<{ credits: number }>("select credits from naive.users where id = $1", [user]))[0]?.credits ??
    0;

  async function order(user: string): Promise<string | undefined> {
    // HOLE: read here, written below, and the vendor in between: others read the same.
    const credits = await creditsOf(user);
    if (credits < price) return undefined;
    const [job] = await query<Row>("insert into naive.jobs (user_id) values ($1) returning *", [user]);
    const answer = await fetch(`${vendor.url}/v1/models/a/b/predictions`, {
      method: "POST",
      body: JSON.stringify({ input: { prompt: "a cat" }, webhook: "https://naive.test/webhooks" }),
    });
    const { id } = (await answer.json()) as Prediction;
    await query("update naive.jobs set vendor_id = $1 where id = $2", [id, job?.id]);
    // HOLE: bought, and not yet paid.
    if (dies) throw new ProcessDied();
    await query("update naive.users set credits = $1 where id = $2", [credits - price, user]);
    return String(job?.id);
  }

  async function settle({ id, status, output }: Prediction): Promise<void> {
    const [job] = await query<Row>("select * from naive.jobs where vendor_id = $1", [id]);
    if (job === undefined) return;
    // HOLE: the vendor's link is kept, and the vendor keeps the file for an hour.
    if (status === "succeeded")
      await query("update naive.jobs set status = 'complete', url = $1 where id = $2", [output?.[0], job.id]);
    // HOLE: this vendor writes "canceled".
    if (status === "failed" || status === "cancelled") {
      await query("update naive.users set credits = credits + $1 where id = $2", [price, job.user_id]);
      await query("update naive.jobs set status = 'failed' where id = $1", [job.id]);
    }
  }

  /** HOLE: anybody may call it, as often as they like; and whatever goes wrong is answered with 200. */
  async function webhook(request: Request): Promise<Response> {
    try {
      await settle((await request.json()) as Prediction);
    } catch {
      // Logged somewhere, read by nobody.
    }
    return Response.json({ received: true });
  }

  return {
    join: async (user, credits) =>
      void (await query("insert into naive.users values ($1, $2)", [user, credits])),
    order: (user) =>
      order(user).catch((error: unknown) => {
        if (error instanceof ProcessDied) return undefined;
        throw error;
      }),
    async look(_user, order) {
      const [job] = await query<Row>(
        "update naive.jobs set looks = looks + 1, status = case when looks >= $2 and status = 'pending' then 'given up' else status end where id = $1 returning *",
        [order, looksMax],
      );
      if (job?.status === "pending")
        await settle(
          (await (await fetch(`${vendor.url}/v1/predictions/${job.vendor_id}`)).json()) as Prediction,
        );
      return { ended: job !== undefined && job.status !== "pending", url: job?.url ?? null };
    },
    credits: creditsOf,
    fetch: (request) => (new URL(request.url).hostname === "naive.test" ? webhook(request) : fetch(request)),
    // HOLE: the same event may come twice.
    pay: async ({ user, credits }: Payment) =>
      void (await query("update naive.users set credits = credits + $1 where id = $2", [credits, user])),
    async dieAfterNextPurchase() {
      dies = true;
    },
    async muchLater() {
      await query("update naive.jobs set looks = $1", [looksMax]);
    },
    async whileDatabaseIsAway(work) {
      databaseIsAway = true;
      try {
        return await work();
      } finally {
        databaseIsAway = false;
      }
    },
    close: async () => undefined,
  };
}
