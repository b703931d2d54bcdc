import { type Mutant, sql, tests } from "../mutant.ts";

const folder = "packages/core/src/webhooks";
const outbox = tests("core", `${folder}/outbox.test.ts`);
const sender = tests("core", `${folder}/sender.test.ts`);
const faults = tests("core", `${folder}/receiver-faults.test.ts`);
const migration = "packages/core/sql/migrations/0010_outbox.sql";

/** What the team's own server is told, and what is believed of vendors. */
export const webhooks: readonly Mutant[] = [
  {
    name: "an end is told to nobody",
    why: "C14: what has happened is told from the row",
    file: migration,
    find: "when (old.completed_at is null and new.completed_at is not null)",
    replace: "when (false)",
    test: outbox("with every end of a generation"),
  },
  sql("function genbff.tell_of_entry(", {
    name: "movements are written down for nobody",
    why: "no row piles up where nobody listens",
    find: "if exists (select from genbff.webhook_events where type = 'credits.' || new.kind) then",
    replace: "if true then",
    test: outbox("only while somebody listens"),
  }),
  sql("function public.genbff_claim_webhooks(", {
    name: "two processes are handed the same event",
    why: "an event is in one process's hands at a time",
    find: "for update of o skip locked",
    replace: "",
    test: outbox("is handed to one process at a time"),
  }),
  sql("function public.genbff_claim_webhooks(", {
    name: "a later event overtakes an earlier one",
    why: "of one task or wallet events are told in their order",
    find: "and b.state = 'waiting' and b.holds_up",
    replace: "and false",
    test: outbox("is of one task or wallet the oldest alone"),
  }),
  sql("function public.genbff_claim_webhooks(", {
    name: "one event that is never heard stops all that follow",
    why: "order is no reason to tell nothing",
    find: "and b.holds_up",
    replace: "",
    test: outbox("waits for the one before it until"),
  }),
  sql("function genbff.claim_webhooks(", {
    name: "a process that dies of an event has not tried it",
    why: "S7: a try counts from its claim",
    find: "set tries = tries + 1",
    replace: "set tries = tries",
    test: outbox("is taken again when whoever had it has died"),
  }),
  sql("function public.genbff_webhook_failed(", {
    name: "a lost claim gives an event up",
    why: "S3: a write names what it holds",
    find: "and claim = p_claim",
    replace: "",
    test: outbox("is taken again when whoever had it has died"),
  }),
  sql("function public.genbff_hand_back_webhook(", {
    name: "a process that stops uses up a try",
    why: "C22: nobody failed",
    find: "set tries = tries - 1,",
    replace: "set tries = tries,",
    test: sender("gives back what it was sending"),
  }),
  sql("function public.genbff_retain_webhooks(", {
    name: "retention takes what is being sent",
    why: "C14: what has happened is told",
    find: "and next_try_at <= v_now",
    replace: "",
    test: outbox("never what is in somebody's hands"),
  }),
  sql("function public.genbff_sweep(", {
    name: "an idle process looks for webhooks each second",
    why: "looking costs no query of its own",
    find: "'webhooks_due', coalesce(",
    replace: "'webhooks_due', true or coalesce(",
    test: sender("costs an idle process no query"),
  }),
  sql("function public.genbff_webhook(", {
    name: "one generation's address moves another generation",
    why: "8.5: a job belongs to the generation, the provider and the credential",
    find: "if v_generation_id <> p_generation_id then",
    replace: "if false then",
    test: tests("core", "packages/core/src/http/webhooks.test.ts")("moves no other one"),
  }),
  {
    name: "of a rotation one secret signs",
    why: "receivers change their secret when they like",
    file: `${folder}/sign.ts`,
    find: "secrets.map((secret)",
    replace: "secrets.slice(0, 1).map((secret)",
    test: tests("core", `${folder}/sign.test.ts`)("under every secret"),
  },
  {
    name: "the id is not signed",
    why: "a heard event could be sent again under another id",
    file: `${folder}/sign.ts`,
    find: "{message.id}.",
    replace: "{0}.",
    test: tests("core", `${folder}/sign.test.ts`)("is proven by the public package"),
  },
  {
    name: "a private address is told",
    why: "8.3: no origin is private unless it is trusted",
    file: `${folder}/options.ts`,
    find: 'if ("refused" in verdict)',
    replace: 'if ("nothing" in verdict)',
    test: tests("core", `${folder}/options.test.ts`)("refuse an address"),
  },
  {
    name: "a receiver may take as long as it likes",
    why: "every wait is bounded",
    file: `${folder}/sender.ts`,
    find: "signal: AbortSignal.any([closing, outOfTime]),",
    replace: "signal: closing,",
    test: faults("drips its head"),
  },
  {
    name: "an event that kills its process is tried for ever",
    why: "S7: it cannot loop",
    file: `${folder}/sender.ts`,
    find: "const lost = event.tries > target.retryDelaysMs.length + 1;",
    replace: "const lost = false;",
    test: sender("in its first try and in every other one"),
  },
  {
    name: "a receiver's patience is not asked for",
    why: "Retry-After is honoured",
    file: `${folder}/retry-delay.ts`,
    find: "askedMs);",
    replace: "0);",
    test: tests("core", `${folder}/retry-delay.test.ts`)("is what the receiver asks for"),
  },
];
