import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../shared/json.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import { type Book, type Claimed, openBook } from "../generations/book.ts";
import { expireLeases } from "../generations/expire-leases.ts";
import type { AloneCall } from "./driver-matrix.ts";

/** A call that is about to be made, and may be made again with the same arguments. */
export interface Prepared {
  readonly args: JsonObject;
  /** What is there afterwards. */
  left(): Promise<unknown>;
}

/** One kind of call. */
export interface Alone {
  /** One of its rows: while it is written, a connection can die. */
  readonly table: string;
  prepare(test: TestDatabase): Promise<Prepared>;
  /** What `left` must find, however often it was called. */
  readonly expected: unknown;
}

const hourMs = 3_600_000;

/** What others than a worker call, each about something of its own. */
export const alone: Readonly<Record<AloneCall, Alone>> = {
  webhook: {
    table: "genbff.webhook_inbox",
    async prepare(test) {
      const { book, claimed } = await taken(test);
      const key = `job-${claimed.id}`;
      await book.intent(claimed);
      await book.record(claimed, { step: "submitted", outcome: "accepted", job: { key } }, hourMs);
      return {
        args: { p_provider: claimed.provider, p_event_id: key, p_job_key: key, p_payload: { key } },
        left: () =>
          test.query(
            `select (select count(*)::int from genbff.webhook_inbox where generation_id = id) as heard,
                    next_run_at <= genbff.now() as due from genbff.generations where id = $1`,
            [claimed.id],
          ),
      };
    },
    expected: [{ heard: 1, due: true }],
  },
  cancel: {
    table: "genbff.generations",
    async prepare(test) {
      const { id, user } = await openBook(test).start();
      return {
        args: { p_user_id: user, p_generation_id: id },
        left: () =>
          test.query(
            "select status, (select state from genbff.holds where wallet_id = user_id) as hold from genbff.generations where id = $1",
            [id],
          ),
      };
    },
    expected: [{ status: "cancelled", hold: "released" }],
  },
  claim: {
    table: "genbff.generations",
    async prepare(test) {
      const book = openBook(test);
      const { id } = await book.start();
      return {
        args: { p_worker: "dead", p_count: 1, p_lease_ms: hourMs },
        async left() {
          const meanwhile = await book.take(id);
          await expireLeases(test, id);
          const { lease_epoch, attempt } = (await book.take(id)) ?? {};
          return { meanwhile, lease_epoch, attempt };
        },
      };
    },
    // Nobody hears of what was claimed: it is taken when its lease has run out, and has lost an attempt, as after a death.
    expected: { meanwhile: undefined, lease_epoch: 2, attempt: 2 },
  },
  payment_event: {
    table: "genbff.payment_events",
    async prepare(test) {
      const id = randomUUID();
      return {
        args: {
          p_provider: "stripe",
          p_event_id: `event-${id}`,
          p_purchase_id: `purchase-${id}`,
          p_wallet_id: id,
          p_amount: 100,
        },
        left: () =>
          test.query("select kind, amount::int from genbff.transactions where wallet_id = $1", [id]),
      };
    },
    expected: [{ kind: "grant", amount: 100 }],
  },
  expire_due: {
    table: "genbff.transactions",
    async prepare(test) {
      const [id, book] = [randomUUID(), openBook(test)];
      const lot = (key: string, more: JsonObject) =>
        book.call("grant", { p_wallet_id: id, p_amount: 5, p_idempotency_key: key, ...more });
      await lot("lasts", {});
      await lot("one", { p_expires_in_ms: 1 });
      await lot("two", { p_expires_in_ms: 1 });
      return {
        args: { p_count: 100 },
        left: () =>
          test.query(
            "select count(*)::int as entries, sum(amount)::int as credits from genbff.transactions where wallet_id = $1 and kind = 'expiry'",
            [id],
          ),
      };
    },
    expected: [{ entries: 2, credits: -10 }],
  },
  hand_over: {
    table: "genbff.generations",
    async prepare(test) {
      const { book, claimed } = await taken(test);
      return {
        args: { p_leases: [{ generation_id: claimed.id, epoch: claimed.lease_epoch }] },
        async left() {
          const { id, attempt } = (await book.take(claimed.id)) ?? {};
          return { taken: id === claimed.id, attempt };
        },
      };
    },
    expected: { taken: true, attempt: 1 },
  },
};

async function taken(test: TestDatabase): Promise<{ book: Book; claimed: Claimed }> {
  const book = openBook(test);
  await book.start();
  return { book, claimed: (await book.claim(hourMs)) as Claimed };
}
