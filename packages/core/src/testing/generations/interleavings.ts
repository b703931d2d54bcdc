import type { AnyBffOptions } from "../../create-context.ts";
import { createContext } from "../../create-context.ts";
import type { Database } from "../../database/port.ts";
import type { Engine } from "../../engine/port.ts";
import { advance } from "../../generations/advance.ts";
import type { TestDatabase } from "../embedded/test-database.ts";
import { openBook } from "./book.ts";
import { memoryStore } from "./memory-store.ts";
import { dice, type Scheduler, scheduler } from "./scheduler.ts";
import { picture, running, scriptedProvider } from "./scripted-provider.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What one order of calls came to. */
export interface Interleaving {
  readonly end: string;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

const leaseMs = 60_000;
const price = 3;

/** Makes the function that runs the interleaving of a seed, each with a generation and a user of its own. */
export function openInterleavings(test: TestDatabase, time: VirtualTime) {
  const book = openBook(test);
  let runs = 0;
  return async (seed: number): Promise<Interleaving> => {
    const draw = dice(seed);
    const order = scheduler(draw);
    const user = `seed-${seed}-${runs++}`;
    await book.call("grant", { p_wallet_id: user, p_amount: 100, p_idempotency_key: "start" });
    const { id } = await book.start({ user, price, provider: "vendor", deadlineMs: 600_000 });

    const problems: string[] = [];
    const watched = fenced(test, id, problems);
    let finished = false;
    let sold = 0;
    const storage = memoryStore();
    const vendorOf = (actor: string) =>
      scriptedProvider({
        async submit(job) {
          await order.pass(actor, "vendor.submit");
          sold += 1;
          return seed % 2 ? running(job.generationId, 5000) : picture();
        },
        async check({ key }) {
          await order.pass(actor, "vendor.check");
          finished ||= draw.below(2) === 0;
          return finished ? picture() : running(key, 5000);
        },
      }).port;
    // Each has a name of its own: of two that stand at the same gate the dice know which is which.
    let started = 0;
    const work = (name: string) => {
      const actor = `${name} ${++started}`;
      const context = contextOf(order.gate(actor, watched), vendorOf(actor), storage);
      order.start(() => advance(context, id).finally(() => context.close()));
    };
    const call = (name: string, args: Parameters<Database["call"]>[1]) => {
      const actor = `other ${++started}`;
      order.start(() => order.gate(actor, watched).call(name, args));
    };
    const acts: (() => void | Promise<void>)[] = [
      () => work("first"),
      () => work("second"),
      () =>
        call("genbff_webhook", {
          p_provider: "vendor",
          p_event_id: `${user}-${draw.below(3)}`,
          p_job_key: id,
          p_payload: {},
        }),
      () => call("genbff_cancel", { p_user_id: user, p_generation_id: id }),
      () => call("genbff_sweep", { p_count: 10 }),
      () => time.forward(6000),
      () => time.forward(draw.below(4) === 0 ? 600_000 : leaseMs + 1000),
      // Whoever has it stops, and gives it back: perhaps too late.
      async () => {
        const held = await leaseOf(test, id);
        call("genbff_hand_over", { p_leases: [{ generation_id: id, epoch: Number(held?.epoch) }] });
      },
    ];
    const likely = [0, 0, 0, 0, 1, 1, 1, 2, 2, 4, 5, 5, 6, 7, ...(draw.below(3) === 0 ? [3] : [])];
    const actors = { first: 0, second: 0 };
    for (let steps = 0; steps < 30; steps++) {
      const chosen = likely[draw.below(likely.length)] as number;
      const name = ["first", "second"][chosen] as keyof typeof actors | undefined;
      if (name !== undefined && actors[name]++ > 3) continue;
      await acts[chosen]?.();
      for (let calls = draw.below(4); calls > 0; calls--) await order.step(12);
    }
    while (await order.step(0));
    await drain(order, work, time, test, id);
    return audit(test, { id, sold, problems, storage: storage.objects.size, trace: order.trace });
  };
}

async function leaseOf(test: TestDatabase, id: string) {
  const [lease] = await test.query<{ epoch: string; valid: boolean }>(
    `select lease_epoch as epoch, coalesce(lease_expires_at > genbff.now(), false) as valid
       from genbff.generations where id = $1`,
    [id],
  );
  return lease;
}

/** Looks at the lease before each call and after it: one worker at a time, and whoever has lost it writes nothing. */
function fenced(test: TestDatabase, id: string, problems: string[]): Database {
  return {
    ...test.database,
    async call(name, args) {
      const before = await leaseOf(test, id);
      const answer = await test.database.call(name, args);
      const after = await leaseOf(test, id);
      if (args.p_epoch !== undefined && answer !== null && String(args.p_epoch) !== before?.epoch)
        problems.push(`${name} of epoch ${args.p_epoch} wrote at epoch ${before?.epoch}`);
      if (name !== "genbff_hand_over" && before?.valid && before.epoch !== after?.epoch)
        problems.push(`${name} took a lease that was held`);
      return answer;
    },
  };
}

/** Whatever is left is done by one healthy worker, and by the deadline. */
async function drain(
  order: Scheduler,
  work: (actor: string) => void,
  time: VirtualTime,
  test: TestDatabase,
  id: string,
) {
  for (let rounds = 0; rounds < 20; rounds++) {
    const [row] = await test.query<{ ended: boolean }>(
      "select completed_at is not null as ended from genbff.generations where id = $1",
      [id],
    );
    if (row?.ended) return;
    await time.forward(leaseMs + 1000);
    await test.database.call("genbff_sweep", { p_count: 10 });
    work("last");
    while (await order.step(0));
  }
}

/** The books against what the vendor sold and what lies in storage. */
async function audit(
  test: TestDatabase,
  seen: { id: string; sold: number; problems: readonly string[]; storage: number; trace: readonly string[] },
): Promise<Interleaving> {
  const [row] = await test.query<{
    status: string;
    error_code: string | null;
    charged: string;
    attempt: number;
    sent: string;
    orphans: string;
    ends: string;
    open: string;
    balance: string;
  }>(
    `select g.status, g.error_code, g.charged, g.attempt, u.balance,
        (select count(*) from genbff.attempts a where a.generation_id = g.id and a.intent_at is not null) as sent,
        (select count(*) from genbff.orphans o where o.generation_id = g.id and o.state = 'open') as orphans,
        (select count(*) from genbff.events e where e.generation_id = g.id and e.snapshot ->> 'completed_at' is not null) as ends,
        (select count(*) from genbff.holds h where h.generation_id = g.id and h.state = 'open') as open
       from genbff.generations g join public.user_credits u on u.user_id = g.wallet_id where g.id = $1`,
    [seen.id],
  );
  if (row === undefined) throw new Error("the generation is gone");
  const complete = row.status === "complete";
  const promises: [boolean, string][] = [
    [["complete", "failed", "cancelled"].includes(row.status), `it is ${row.status}`],
    [row.ends === "1", `${row.ends} events tell of an end`],
    [row.open === "0", "a hold is open"],
    [Number(row.charged) === (complete ? price : 0), `charged ${row.charged} for ${row.status}`],
    [Number(row.balance) === 100 - Number(row.charged), `balance ${row.balance}`],
    [seen.sold <= Number(row.sent), `${seen.sold} submissions of ${row.sent} that were allowed`],
    [seen.sold <= 1, `${seen.sold} submissions`],
    [!complete || seen.storage === 1, `${seen.storage} objects of what is ${row.status}`],
    [
      complete || seen.sold === 0 || Number(row.orphans) > 0 || row.error_code === "cancelled",
      "sold, undelivered and forgotten",
    ],
  ];
  return {
    end: `${row.status} ${row.error_code ?? ""}`,
    problems: [...seen.problems, ...promises.flatMap(([kept, problem]) => (kept ? [] : [problem]))],
    trace: seen.trace,
  };
}

function contextOf(
  database: Database,
  vendor: ReturnType<typeof scriptedProvider>["port"],
  storage: ReturnType<typeof memoryStore>,
) {
  const nobody: Engine = { start() {}, wake() {}, async stop() {} };
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const options: AnyBffOptions = {
    database,
    storage,
    auth: { authenticate: () => Promise.reject(new Error("nobody asks")) },
    providers: { vendor },
    prices: { "text-to-image": { vendor: "price" } },
    secret: "a secret of at least thirty-two letters",
    engine: nobody,
    limits: { leaseMs, heartbeatMs: 3_600_000 },
    logger: silent,
  } as never;
  return createContext(options);
}
