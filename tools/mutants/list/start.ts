import { type Mutant, sql, tests } from "../mutant.ts";

const caps = tests("core", "packages/core/src/generations/caps.test.ts");
const lifecycle = tests("core", "packages/core/src/generations/lifecycle.test.ts");
const requests = tests("core", "packages/core/src/generations/requests.test.ts");
const followUps = tests("core", "packages/core/src/generations/follow-ups.test.ts");
const host = tests("core", "packages/core/src/http/handle-request.test.ts");
const faults = tests("makeit3d", "examples/makeit3d/tests/faults.test.ts");
const idempotency = tests("core", "packages/core/src/http/idempotency.test.ts");
const start = "packages/core/src/generations/start.ts";
const digest = "packages/core/src/generations/request-digest.ts";

/** From the request to the row: who may start what, at which price, once. */
export const starting: readonly Mutant[] = [
  sql("function public.genbff_start(", {
    name: "a user may open any number",
    why: "K14: never more open generations than a user may have",
    find: ">= (p_limits ->> 'open_generations_per_user')::int then",
    replace: "< 0 then",
    test: caps("are never more than a user may have"),
  }),
  sql("function public.genbff_start(", {
    name: "the queue has no end",
    why: "a full queue refuses, with 503",
    find: "if genbff.queue_is_full((p_limits ->> 'queue_depth')::int) then",
    replace: "if false then",
    test: caps("gives its last places once"),
  }),
  sql("function genbff.queue_is_full(", {
    name: "the last places of the queue are given to everybody who asks at once",
    why: "the depth is exact over all users",
    find: "perform genbff.pass_gate('queue');",
    replace: "",
    test: caps("gives its last places once"),
  }),
  sql("function public.genbff_start(", {
    name: "another user's task is taken over",
    why: "8.2: a task belongs to the first who uses it",
    find: "if v_task.user_id <> p_user_id then",
    replace: "if false then",
    test: requests("leave a task alone that another user takes at that moment"),
  }),
  sql("function genbff.agreed_price(", {
    name: "an old price is charged",
    why: "R10: the price is the table's current version",
    find: "if v_cost.version is distinct from (p_price ->> 'version')::int then",
    replace: "if false then",
    test: lifecycle("refuses a price that is not the table's any more"),
  }),
  sql("function genbff.agreed_price(", {
    name: "a quote holds for anything",
    why: "a quote is for one request: operation, provider and what the price depends on",
    find: "or v_quote.price -> 'basis' is distinct from p_price -> 'basis'",
    replace: "",
    test: requests("holds for what was quoted"),
  }),
  sql("function genbff.agreed_price(", {
    name: "a quote holds for ever",
    why: "a quote is honoured for its lifetime",
    find: "and expires_at > p_now",
    replace: "",
    test: requests("holds for what was quoted"),
  }),
  sql("function genbff.agreed_price(", {
    name: "a quote holds for somebody else",
    why: "8.2: what is a user's own is nobody else's",
    find: "where id = p_quote_id and user_id = p_user_id",
    replace: "where id = p_quote_id",
    test: requests("holds for what was quoted"),
  }),
  sql("function genbff.agreed_price(", {
    name: "a quote is not honoured when the price rises",
    why: "a quote is honoured for its lifetime when prices change",
    find: "return v_quote.price;",
    replace: "return p_price;",
    test: requests("is honoured when the price rises"),
  }),
  {
    name: "the client's own price counts",
    why: "R10: nothing that the client sends is a price",
    file: "packages/core/src/operations/catalogue.ts",
    find: "schema: z.strictObject({ ...operation.schema.shape, ...offered.parameters.shape }),",
    replace: "schema: z.looseObject({ ...operation.schema.shape, ...offered.parameters.shape }),",
    test: host("about bad input"),
  },
  {
    name: "more outputs are held for one price",
    why: "a price per output is held for every output",
    file: "packages/core/src/credits/price.ts",
    find: 'cost.per === "output" ? unit * outputs : unit',
    replace: "unit",
    test: host("quotes what will be held"),
  },
  sql("function public.genbff_start(", {
    name: "a request's key is not looked up under the lock",
    why: "K2: a thousand creates with one key are one generation",
    find: "where user_id = p_user_id and key = p_idempotency_key and expires_at > v_now;",
    replace: "where false;",
    test: requests("are one generation, however many come at once"),
  }),
  sql("function public.genbff_start(", {
    name: "a key answers for another body, where two come at once",
    why: "7: the same key with another body is refused",
    find: "if not genbff.same_request(v_known.digest, p_digest) then",
    replace: "if false then",
    test: requests("refuse another body, also under the lock"),
  }),
  sql("function public.genbff_replay(", {
    name: "a key answers for another body",
    why: "7: the same key with another body is refused",
    find: "if not genbff.same_request(v_known.digest, p_digest) then",
    replace: "if false then",
    test: requests("refuse another body, also under the lock"),
  }),
  sql("function public.genbff_replay(", {
    name: "a key answers to another user",
    why: "8.2: a replay is its user's own",
    find: "where user_id = p_user_id and key = p_idempotency_key",
    replace: "where key = p_idempotency_key",
    test: requests("are their user's own"),
  }),
  {
    name: "the digest is not of the body",
    why: "7: a digest of method, route and validated body",
    file: digest,
    find: "request.operation, ofFiles,",
    replace: "request.operation,",
    test: requests("refuse another body"),
  },
  {
    name: "the digest is not of the route",
    why: "7: a digest of method, route and validated body",
    file: digest,
    find: '"generate", request.operation,',
    replace: '"generate",',
    test: requests("refuse another operation"),
  },
  {
    name: "a default that is written out is another request",
    why: "7: a digest of the validated body",
    file: digest,
    find: "understood(catalogue, request) ?? request.body",
    replace: "request.body",
    test: idempotency("may write out what it left to the rules"),
  },
  {
    name: "a repeat is known by the rules of today alone",
    why: "7: a repeat is answered as the first, whatever has changed since",
    file: digest,
    find: "[request.body, understood(catalogue, request) ?? request.body]",
    replace: "[understood(catalogue, request) ?? request.body]",
    test: idempotency("is one also where its operation is gone"),
  },
  {
    name: "files are digested by their ids",
    why: "7: a repeat uploads them again, under other ids: files by SHA-256",
    file: "packages/core/src/http/routes/generate.ts",
    find: "...(form ? { fileHashes: form.fileHashes } : {}),",
    replace: "",
    test: host("repeats by what is in it"),
  },
  {
    name: "a foreign copy stays behind",
    why: "L18: a refused request leaves no trace",
    file: start,
    find: 'if (isAppError(error) && error.code !== "unavailable") await discardCopies',
    replace: "if (error === undefined) await discardCopies",
    test: faults("leaves no copy of a foreign picture behind"),
  },
  sql("function public.genbff_finish(", {
    name: "the children of an outcome are not written with it",
    why: "children start in the transaction that completes their parent",
    find: "v_children := genbff.insert_children(v_generation, p_children, v_now);",
    replace: "v_children := '[]';",
    test: followUps("beyond the user's limit of open ones"),
  }),
  sql("function genbff.insert_children(", {
    name: "a child that cannot be paid fails its parent",
    why: "2.1: born failed, in a subtransaction of its own",
    find: "exception when sqlstate 'PT402' then",
    replace: "exception when sqlstate 'PT499' then",
    test: lifecycle("is not undone by a child that cannot be paid"),
  }),
  sql("function genbff.insert_generation(", {
    name: "children are free",
    why: "R11: no shortcut skips the hold",
    find: "if v_credits > 0 then",
    replace: "if v_credits > 0 and p_parent_id is null then",
    test: followUps("beyond the user's limit of open ones"),
  }),
  sql("function genbff.insert_generation(", {
    name: "files of two generations share a name",
    why: "S15: names are reserved at start",
    find: "else image_count end - v_outputs into v_first_file;",
    replace: "else image_count end - 1 into v_first_file;",
    test: lifecycle("gives every output of a task a name of its own"),
  }),
];
