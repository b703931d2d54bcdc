import { type Mutant, sql, tests } from "../mutant.ts";

const lifecycle = tests("core", "packages/core/src/generations/lifecycle.test.ts");
const submission = tests("core", "packages/core/src/generations/submission.test.ts");
const retention = tests("core", "packages/core/src/generations/retention.test.ts");
const watching = tests("core", "packages/core/src/events/watcher.test.ts");

/** What is called `genbff.sweep_generations` since a later migration, and defined where it always was. */
const sweep = {
  file: "packages/core/sql/migrations/0003_lifecycle.sql",
  within: "function public.genbff_sweep(",
};

/** How it ends, who is told, and what is kept. */
export const ends: readonly Mutant[] = [
  sql("function public.genbff_finish(", {
    name: "all of n is charged when k came",
    why: "capture = the price of what was delivered",
    find: "* v_delivered else",
    replace: "* v_generation.outputs else",
    test: lifecycle("charges what was delivered"),
  }),
  sql("function public.genbff_finish(", {
    name: "a late success is applied after the failure",
    why: "S1: recorded as an orphan, never applied",
    find: "or v_generation.status <> 'processing' or v_generation.lease_expires_at is null",
    replace: "",
    test: lifecycle("is not undone by a late success"),
  }),
  sql("function public.genbff_finish(", {
    name: "a generation is complete without its outputs",
    why: "S14: complete means all outputs stored",
    find: "if v_delivered <> jsonb_array_length(p_assets) or",
    replace: "if false and",
    test: lifecycle("is not good without an output"),
  }),
  sql("function genbff.end_unpaid(", {
    name: "a failed generation keeps its hold",
    why: "S2, L16: the end and the settlement are one transaction",
    find: "perform genbff.settle_hold(v_hold, 'released', 0);",
    replace: "perform 1;",
    test: lifecycle("is the sweep's when the deadline passes"),
  }),
  sql("function genbff.end_unpaid(", {
    name: "a lost sale leaves no orphan",
    why: "2.4: an orphan for the operator",
    find: "if v_attempt.intent_at is not null and v_attempt.outcome not in ('refused', 'failed') then",
    replace: "if false then",
    test: lifecycle("is the sweep's when the deadline passes"),
  }),
  sql("function genbff.end_unpaid(", {
    name: "what was refused leaves an orphan too",
    why: "an alert for every orphan: none that is not one",
    find: "v_attempt.outcome not in ('refused', 'failed')",
    replace: "true",
    test: submission("leaves no orphan of what was refused"),
  }),
  sql("function public.genbff_orphan(", {
    name: "what a late worker heard is not written down",
    why: "2.4: insert-only, so that the new owner can adopt it",
    find: "if not found or exists (",
    replace: "if true or exists (",
    test: submission("is adopted by the new owner where the lease was lost"),
  }),
  {
    name: "a late worker keeps to itself what it heard",
    why: "2.4: it must still try to record the job",
    file: "packages/core/src/generations/advance.ts",
    within: "async function reportLateJob",
    find: "if (job === undefined) return;",
    replace: "return;",
    test: submission("is adopted by the new owner where the lease was lost"),
  },
  {
    ...sweep,
    name: "nobody looks at deadlines",
    why: "S10: no generation is open for longer than its deadline and a minute",
    find: "and deadline_at <= genbff.now()",
    replace: "and false",
    test: lifecycle("is the sweep's when the deadline passes"),
  },
  {
    ...sweep,
    name: "nobody takes over what a dead worker left",
    why: "S9: the sweep names what is due and in nobody's hands",
    find: "where status = 'processing' and next_run_at <= genbff.now()",
    replace: "where false and status = 'processing' and next_run_at <= genbff.now()",
    test: tests("core", "packages/core/src/generations/races.test.ts")("K11"),
  },
  sql("function public.genbff_cancel(", {
    name: "a waiting generation cannot be cancelled",
    why: "2.1: pending to cancelled, at once",
    find: "if v_generation.status = 'pending' then",
    replace: "if false then",
    test: lifecycle("is absorbing"),
  }),
  sql("function genbff.write_event(", {
    name: "events are numbered with gaps",
    why: "S13: readers see a prefix of the true sequence",
    find: "set event_seq = event_seq + 1",
    replace: "set event_seq = event_seq + 2",
    test: lifecycle("are numbered without a gap"),
  }),
  sql("function genbff.check_generation_change(", {
    name: "a change has no event",
    why: "S13: each change increments the version",
    find: "new.version := old.version + 1;",
    replace: "new.version := old.version + case when new.status = 'cancelled' then 0 else 1 end;",
    test: lifecycle("are numbered without a gap"),
  }),
  sql("function genbff.write_event(", {
    name: "what has ended tells of its end again",
    why: "S13: the terminal event exactly once",
    find: "new.version = old.version",
    replace: "new.version = old.version and new.completed_at is null",
    test: retention("keeps everything for two days"),
  }),
  {
    name: "a watcher misses what comes first",
    why: "S13: a long-poll and a stream are told every change after what they know",
    file: "packages/core/src/events/watcher.ts",
    within: "function deliver(",
    find: "place(event) > subscriber.after",
    replace: "place(event) > subscriber.after + 1",
    test: watching("in order and once"),
  },
  {
    name: "a watcher is told twice",
    why: "S13: each event once for each connection",
    file: "packages/core/src/events/watcher.ts",
    within: "function deliver(",
    find: "if (last !== undefined) subscriber.after = place(last);",
    replace: "",
    test: watching("in order and once"),
  },
  {
    name: "a long-poll looks past the next change",
    why: "7: it answers as soon as there is news",
    file: "packages/core/src/http/long-poll.ts",
    find: "poll.watcher.watch(target, latest.version,",
    replace: "poll.watcher.watch(target, latest.version + 1,",
    test: tests("core", "packages/core/src/http/long-poll.test.ts")(),
  },
  sql("function public.genbff_watch(", {
    name: "the database keeps a change from watchers",
    why: "S13: every change after what they know",
    find: "s.version > t.after",
    replace: "s.version > t.after + 1",
    test: tests("core", "packages/core/src/generations/owners.test.ts")("watch"),
  }),
  sql("function public.genbff_retain(", {
    name: "the sweep of old keys takes one that a start has made its own",
    why: "K13: a key has one effect, also while the sweep waits for it",
    find: "delete from genbff.idempotency_keys where expires_at <= v_now - interval '1 minute' and (user_id, key) in (",
    replace: "delete from genbff.idempotency_keys where (user_id, key) in (",
    test: tests(
      "core",
      "packages/core/src/generations/idempotency-expiry.test.ts",
    )("keeps a key that a start has made its own"),
  }),
  sql("function public.genbff_retain(", {
    name: "rows go with the large fields",
    why: "retention: rows are kept for thirty days",
    find: "where g.completed_at < v_rows and g.status in",
    replace: "where g.completed_at < v_large and g.status in",
    test: retention("keeps rows for thirty days"),
  }),
  sql("function public.genbff_retain(", {
    name: "large fields go at once",
    why: "retention: large fields are kept for two days",
    find: "v_large timestamptz := v_now - p_large_ms * interval '1 millisecond'",
    replace: "v_large timestamptz := v_now",
    test: retention("keeps everything for two days"),
  }),
  sql("function public.genbff_retain(", {
    name: "what was delivered goes too",
    why: "retention: assets and their generations stay",
    find: "and g.status in ('failed', 'cancelled')",
    replace: "",
    test: retention("keeps rows for thirty days"),
  }),
  sql("function public.genbff_retain(", {
    name: "retention takes from the ledger",
    why: "retention: the ledger never",
    find: "delete from genbff.generations where id in (",
    replace:
      "delete from genbff.hold_lots l using genbff.holds h where h.id = l.hold_id and h.settled_at < v_rows;\n  delete from genbff.generations where id in (",
    test: retention("keeps rows for thirty days"),
  }),
  sql("function public.genbff_retain(", {
    name: "an orphan goes before anybody has looked at it",
    why: "retention: an open orphan keeps its generation",
    find: "where o.generation_id = g.id and o.state = 'open'",
    replace: "where false",
    test: retention("keeps what an operator has still to look at"),
  }),
  sql("function public.genbff_retain(", {
    name: "a key goes before its day is over",
    why: "7, K13: a key is kept for at least 24 hours",
    find: "expires_at <= v_now - interval '1 minute'",
    replace: "true",
    everywhere: true,
    test: tests("core", "packages/core/src/generations/requests.test.ts")("for a day"),
  }),
];
