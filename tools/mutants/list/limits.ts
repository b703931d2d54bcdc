import { type Mutant, sql, tests } from "../mutant.ts";

const limits = "packages/core/src/limits";
const rates = tests("core", `${limits}/start-rates.test.ts`);
const http = tests("core", `${limits}/started-too-often.test.ts`);
const uploads = tests("core", `${limits}/pending-uploads.test.ts`);
const addresses = tests("core", `${limits}/address-limit.test.ts`);
const hops = tests("core", `${limits}/client-address.test.ts`);

/** What may be asked for, and how often. */
export const limiting: readonly Mutant[] = [
  sql("function genbff.count_start(", {
    name: "two starts of one user count the same moments",
    why: "parallel starts never exceed the limit",
    find: "for update;",
    replace: ";",
    test: rates("also where no wallet's lock"),
  }),
  sql("function genbff.count_start(", {
    name: "a moment counts a millisecond too long",
    why: "whoever waited as long as it says is let in",
    find: "s > v_now - v_minute",
    replace: "s >= v_now - v_minute - interval '1 millisecond'",
    test: rates("to the millisecond"),
  }),
  sql("function genbff.count_start(", {
    name: "the window begins anew with every minute of the clock",
    why: "of any minute, wherever it begins",
    find: "s > v_now - v_minute",
    replace: "s >= date_trunc('minute', v_now)",
    test: rates("no second helping"),
  }),
  sql("function genbff.count_start(", {
    name: "a lowered limit lets the first of several places count as free",
    why: "Retry-After is true",
    find: "v_starts[cardinality(v_starts) - p_per_minute + 1]",
    replace: "v_starts[1]",
    test: rates("a limit that is lowered"),
  }),
  sql("function genbff.count_start(", {
    name: "a clock that was set back locks a user out for hours",
    why: "nobody waits longer than a minute",
    find: "least(s, v_now)",
    replace: "s",
    test: rates("a clock that was set back"),
  }),
  sql("function public.genbff_start(", {
    name: "a repeat is not told what the first was told",
    why: "a replay is the original answer",
    find: "v_response := v_response || jsonb_build_object('rate', v_rate);",
    replace: "return v_response || jsonb_build_object('rate', v_rate, 'replayed', false);",
    test: rates("a repeat is told"),
  }),
  sql("function public.genbff_forget_rates(", {
    name: "a counter is swept while it counts",
    why: "retention takes nothing that is needed",
    find: "where idle_at <= genbff.now()",
    replace: "where idle_at <= genbff.now() + interval '1 minute'",
    test: rates("forgotten a minute after"),
  }),
  sql("function genbff.check_pending_uploads(", {
    name: "parallel uploads of one user do not see each other",
    why: "8.7: queued bytes are limited, atomically",
    find: "perform genbff.pass_gate('upload ' || (hashtextextended(p_user_id, 0) & 63));",
    replace: "",
    test: uploads("not yet committed"),
  }),
  {
    name: "the last limit that fits counts",
    why: "the first of the list does, so that the rest can stand last",
    file: `${limits}/start-rates.ts`,
    find: "limits.find(({ match })",
    replace: "limits.findLast(({ match })",
    test: http("the groups"),
  },
  {
    name: "the client's own entry is believed",
    why: "8.7: the right-most untrusted hop",
    file: `${limits}/client-address.ts`,
    find: ".reverse().slice(0, trustedProxies)",
    replace: ".slice(0, trustedProxies).reverse()",
    test: hops("cannot be chosen"),
  },
  {
    name: "each address of an IPv6 network has a number of its own",
    why: "8.7: IPv6 by /64",
    file: `${limits}/client-address.ts`,
    find: "const networkBits = 64;",
    replace: "const networkBits = 128;",
    test: hops("of the same network alike"),
  },
  {
    name: "a token is looked at however often the address was refused",
    why: "8.7: before any expensive work",
    file: "packages/core/src/http/handle-request.ts",
    find: "if (!probes.has(name)) await visit?.admit();",
    replace: "",
    test: addresses("an address that has had its number"),
  },
  {
    name: "a store that is down lets everything through",
    why: "8.7: deny creates, allow reads",
    file: `${limits}/address-limit.ts`,
    find: 'if (request.method !== "GET" && request.method !== "HEAD")',
    replace: 'if (request.method === "none")',
    test: addresses("nothing is made"),
  },
  {
    name: "a refused proof is told before it is counted",
    why: "8.7: atomic; as many refusals as the limit, however many ask at once",
    file: `${limits}/address-limit.ts`,
    find: "found.consumedPoints > perMinute",
    replace: "found.consumedPoints > perMinute * 1000",
    test: addresses("exactly that often"),
  },
];
