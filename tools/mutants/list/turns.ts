import { type Mutant, sql, tests } from "../mutant.ts";

const caps = tests("core", "packages/core/src/generations/caps.test.ts");
const turns = tests("core", "packages/core/src/generations/turns.test.ts");
const breaker = tests("core", "packages/core/src/generations/breaker.test.ts");
const fallback = tests("core", "packages/core/src/generations/fallback.test.ts");

/** Whose turn it is, and what a provider's account allows. */
export const turnsAndCaps: readonly Mutant[] = [
  sql("function public.genbff_claim(", {
    name: "two claim at once",
    why: "caps are exact over many processes: one claim at a time",
    find: "perform genbff.pass_gate('claim');",
    replace: "",
    test: caps("exact under sixteen claimers"),
  }),
  sql("function genbff.full_pairs(", {
    name: "any number runs at a provider",
    why: "concurrency by provider is never exceeded",
    find: "where c.concurrency <=",
    replace: "where false and c.concurrency <=",
    test: caps("counts what a dead worker left behind"),
  }),
  sql("function genbff.next_in_turn(", {
    name: "any number runs of one operation",
    why: "concurrency by operation is never exceeded",
    find: "and provider || '/' || operation <> all (v_full)",
    replace: "",
    test: caps("of one operation leaves"),
  }),
  sql("function genbff.full_pairs(", {
    name: "any number is sent in a minute",
    why: "starts per minute are never exceeded",
    find: "or c.starts_per_minute <=",
    replace: "or false and c.starts_per_minute <=",
    test: caps("are counted over any minute"),
  }),
  sql("function genbff.sent_lately(", {
    name: "a minute has thirty seconds",
    why: "starts are counted over any minute",
    find: "interval '1 minute'",
    replace: "interval '30 seconds'",
    test: caps("are counted over any minute"),
  }),
  sql("function genbff.full_pairs(", {
    name: "what was claimed and is not sent yet does not count",
    why: "starts are exact, however long they are made ready",
    find: "and a.intent_at is null)",
    replace: "and false)",
    test: caps("however long they were made ready"),
  }),
  sql("function genbff.full_pairs(", {
    name: "what a dead worker left behind does not count",
    why: "the provider still works at it",
    find: "where c.concurrency <= (select count(*) from genbff.generations g where g.status = 'processing'",
    replace:
      "where c.concurrency <= (select count(*) from genbff.generations g where g.status = 'processing' and g.lease_expires_at > p_now",
    test: caps("counts what a dead worker left behind"),
  }),
  sql("function genbff.cap_wait(", {
    name: "those who come from another provider pass the caps",
    why: "caps hold for every submission",
    find: "if not genbff.is_capped_again(g) then",
    replace: "if true then",
    test: caps("holds for those who come from another provider"),
  }),
  sql("function genbff.next_in_turn(", {
    name: "users are served by name",
    why: "fair turns: ten thousand of one delay another's one by a single turn",
    find: "order by served, user_id",
    replace: "order by user_id",
    test: turns("serves many users in rounds"),
  }),
  sql("function public.genbff_claim(", {
    name: "nobody notes who was served",
    why: "fair turns: who was served goes to the end",
    find: "set served = nextval('genbff.turn')",
    replace: "set served = served",
    test: turns("serves many users in rounds"),
  }),
  sql("function genbff.next_in_turn(", {
    name: "a user's newest goes first",
    why: "a user's own are made in the order in which they were asked for",
    find: "order by created_at, id limit 1",
    replace: "order by created_at desc, id limit 1",
    test: turns("in the order in which they were asked for"),
  }),
  sql("function genbff.count_waiting(", {
    name: "who has stopped waiting is still counted",
    why: "verify: turns count who waits",
    find: "set waiting = waiting - 1",
    replace: "set waiting = waiting - case when new.status = 'cancelled' then 0 else 1 end",
    test: turns("forgets nobody"),
  }),
  sql("function genbff.note_health(", {
    name: "the breaker never opens",
    why: "5: it opens on sustained failure",
    find: "set failures = genbff.breakers.failures + 1",
    replace: "set failures = 1",
    test: breaker("opens after five failures in a row"),
  }),
  sql("function genbff.provider_wait(", {
    name: "everybody is a probe",
    why: "one probe per window over all processes",
    find: "update genbff.breakers set open_until = p_now + interval '30 seconds' where provider = p_provider;",
    replace: "",
    test: caps("gives its window's probe to one"),
  }),
  sql("function genbff.note_health(", {
    name: "a success does not close the breaker",
    why: "only failures in a row count",
    find: "set failures = 0, open_until = null",
    replace: "set failures = failures",
    test: breaker("stays closed while successes come in between"),
  }),
  sql("function genbff.note_health(", {
    name: "a provider that asked for patience gets none",
    why: "Retry-After is never violated, by any process",
    find: "if p_wait_ms > 0 then",
    replace: "if false then",
    test: fallback("is kept by the others also where"),
  }),
  {
    name: "Retry-After is not read",
    why: "2.4: seconds or an HTTP date",
    file: "packages/providers/src/shared/retry-after.ts",
    find: "if (seconds !== undefined) return bound(seconds * 1000);",
    replace: "",
    test: tests("providers", "packages/providers/src/conformance.test.ts")("and Retry-After"),
  },
];
