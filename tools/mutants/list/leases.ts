import { type Mutant, sql, tests } from "../mutant.ts";

const lifecycle = tests("core", "packages/core/src/generations/lifecycle.test.ts");
const webhook = tests("core", "packages/core/src/generations/webhook.test.ts");
const fences = lifecycle("fences every write");
const repeated = tests("core", "packages/core/src/generations/repeated-calls.test.ts");

/** One function that does not ask whether the lease is still its caller's. */
const unfenced = (verb: string): Mutant =>
  sql(`function public.genbff_${verb}(`, {
    name: `${verb} does not ask for the lease`,
    why: "S3: every worker's write carries the epoch and is conditional on it",
    find: "genbff.leased(p_generation_id, p_epoch)",
    replace: "genbff.lock_with_wallet(p_generation_id)",
    test: fences,
  });

/** Who holds a generation, and what may be sent and heard meanwhile. */
export const leases: readonly Mutant[] = [
  ...["heartbeat", "record", "intent", "adopt"].map(unfenced),
  ...["finish", "fail"].map((verb) =>
    sql(`function public.genbff_${verb}(`, {
      name: `${verb} does not compare the epoch`,
      why: "S3: every worker's write carries the epoch and is conditional on it",
      find: "or v_generation.lease_epoch <> p_epoch",
      replace: "",
      test: fences,
    }),
  ),
  sql("function genbff.leased(", {
    name: "no step compares the epoch",
    why: "S3: every worker's write carries the epoch and is conditional on it",
    find: "and lease_epoch = p_epoch",
    replace: "",
    test: fences,
  }),
  sql("function genbff.leased(", {
    name: "a lease that was given back still writes",
    why: "2.3: after the commit that gives it back, nothing follows",
    find: "and lease_expires_at is not null",
    replace: "",
    test: lifecycle("is over when it was given back"),
  }),
  sql("function genbff.take_lease(", {
    name: "a lease that is held is taken",
    why: "S4: only if the previous one has expired",
    find: "elsif v_generation.lease_expires_at > v_now then",
    replace: "elsif false then",
    test: lifecycle("is one worker's alone"),
  }),
  sql("function genbff.take_lease(", {
    name: "two may take one generation at the same moment",
    why: "S4: two workers never hold the same epoch",
    find: "for update skip locked",
    replace: "",
    test: lifecycle("between the look of the first and its commit"),
  }),
  sql("function genbff.take_lease(", {
    name: "a new lease has the old epoch",
    why: "S4: taking a lease increments the epoch",
    find: "lease_owner = p_worker, lease_epoch = lease_epoch + 1",
    replace: "lease_owner = p_worker, lease_epoch = lease_epoch",
    test: lifecycle("is one worker's alone"),
  }),
  sql("function genbff.take_lease(", {
    name: "a crash before the intent costs nothing",
    why: "S7: a generation that kills its worker cannot loop for ever",
    find: "if v_crashed and not v_exhausted then",
    replace: "if false then",
    test: lifecycle("lets a generation that kills its workers end"),
  }),
  sql("function genbff.take_lease(", {
    name: "attempts have no end",
    why: "S7: after max_attempts the generation fails",
    find: "v_exhausted := v_crashed and v_generation.attempt = v_generation.max_attempts;",
    replace: "v_exhausted := false;",
    test: lifecycle("lets a generation that kills its workers end"),
  }),
  sql("function public.genbff_heartbeat(", {
    name: "a lease is renewed beyond the deadline",
    why: "S10: after the deadline the sweep ends it, whatever the worker does",
    find: "or v_generation.deadline_at <= genbff.now()",
    replace: "",
    test: lifecycle("sends nothing and renews nothing once the deadline has passed"),
  }),
  sql("function public.genbff_intent(", {
    name: "an attempt can be sent twice",
    why: "S6: at most one submission for each attempt",
    find: "and intent_at is null and outcome is null;",
    replace: ";",
    test: lifecycle("is sent once"),
  }),
  sql("function public.genbff_intent(", {
    name: "a cancelled generation is sent all the same",
    why: "C17: cancel is honoured",
    find: "if v_generation.cancel_requested or v_generation.deadline_at <= v_now then",
    replace: "if v_generation.deadline_at <= v_now then",
    test: lifecycle("is not sent once the user has cancelled"),
  }),
  sql("function public.genbff_intent(", {
    name: "an attempt is sent after the deadline",
    why: "S10: after the deadline nothing is bought any more",
    find: "if v_generation.cancel_requested or v_generation.deadline_at <= v_now then",
    replace: "if v_generation.cancel_requested then",
    test: lifecycle("sends nothing and renews nothing once the deadline has passed"),
  }),
  sql("function public.genbff_intent(", {
    name: "an intent leaves its lease as short as it is",
    why: "S6: what is sent now is its worker's for a whole lease, or a second worker asks the vendor too early",
    find: "if p_lease_ms is not null then",
    replace: "if false then",
    test: repeated("is the worker's for a whole lease again"),
  }),
  sql("function public.genbff_webhook(", {
    name: "a webhook that comes again is heard again",
    why: "K10: an event counts once",
    find: "if not found then return jsonb_build_object('duplicate', true);",
    replace: "if false then return jsonb_build_object('duplicate', true);",
    test: webhook("a second telling changes nothing"),
  }),
  sql("create table genbff.webhook_inbox (", {
    name: "the inbox keeps an event twice",
    why: "8.5: event ids are unique in the same transaction as the effect",
    find: "primary key (provider, event_id)",
    replace: "unique (provider, event_id, received_at)",
    test: webhook("a second telling changes nothing"),
  }),
  sql("function public.genbff_webhook(", {
    name: "another provider's webhook is heard",
    why: "8.5: a job belongs to the generation and the provider",
    find: "where provider = p_provider and job_key = p_job_key",
    replace: "where job_key = p_job_key",
    test: webhook("belongs to one provider"),
  }),
  sql("function public.genbff_webhook(", {
    name: "a webhook wakes what has ended",
    why: "S1: terminal states are absorbing",
    find: "where id = v_generation_id and status = 'processing'",
    replace: "where id = v_generation_id",
    test: webhook("changes nothing after the end"),
  }),
  sql("function public.genbff_record(", {
    name: "a webhook that came first is forgotten",
    why: "2.5: it may arrive before the job id is committed",
    find: "v_heard := v_heard or found;",
    replace: "",
    test: webhook("is remembered where it comes before the job is known"),
  }),
  sql("function genbff.lock_job(", {
    name: "a webhook and the commit of its job pass one another",
    why: "2.5: either sees the other",
    find: "select genbff.pass_gate('job ' || (hashtextextended(p_provider || ' ' || p_job_key, 0) & 63))",
    replace: "select",
    test: webhook("is never missed where both come at the same moment"),
  }),
];
