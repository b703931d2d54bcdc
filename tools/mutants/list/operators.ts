import { type Mutant, sql, tests } from "../mutant.ts";

const admin = tests("core", "packages/core/src/http/admin.test.ts");
const isolation = tests("core", "packages/core/src/http/isolation.test.ts");
const openapi = tests("core", "packages/core/src/http/openapi.test.ts");
const diagnostics = tests("core", "packages/core/src/http/diagnostics.test.ts");
const page = tests("makeit3d", "examples/makeit3d/tests/studio-end-to-end.test.ts");
const routes = "packages/core/src/http/routes";

/** What operators may do, what everybody is answered, and what the contract says of it. */
export const operators: readonly Mutant[] = [
  {
    name: "everybody is an operator",
    why: "7: an admin route without the admin claim is 403",
    file: "packages/core/src/http/handle-request.ts",
    find: 'if (route.auth === "admin" && !principal.admin) throw new AppError("forbidden");',
    replace: "",
    test: admin("is refused to whoever is none"),
  },
  {
    name: "an operator's key is not the ledger's",
    why: "7: a repeat with the same key is answered the same, and moves nothing",
    file: `${routes}/admin.ts`,
    find: "act(ledger, { idempotencyKey, actor: caller.userId })",
    replace: "act(ledger, { idempotencyKey: crypto.randomUUID(), actor: caller.userId })",
    test: admin("is made once"),
  },
  {
    name: "an operator's movement does not say who made it",
    why: "design.md 6: reason and actor are recorded",
    file: `${routes}/admin.ts`,
    find: "act(ledger, { idempotencyKey, actor: caller.userId })",
    replace: 'act(ledger, { idempotencyKey, actor: "operator" })',
    test: admin("says who and why"),
  },
  sql("public.genbff_inspect_generation(", {
    name: "an inspection shows what a provider handed back",
    why: "8.6: no raw provider body in answers",
    find: "'job_key', o.job ->> 'key'",
    replace: "'job_key', o.job::text",
    test: admin("by the provider's own name of it"),
  }),
  {
    name: "a repeated movement passes for a new one",
    why: "7: a replay says Idempotency-Replayed",
    file: `${routes}/admin.ts`,
    find: "replayedHeader(replayed)",
    replace: "replayedHeader(false)",
    test: admin("is made once"),
  },
  {
    name: "whoever has no wallet's name pays with an odd one",
    why: "R10: who pays is known before anything is made",
    file: "packages/core/src/credits/wallet-of.ts",
    find: "if (isUserId(walletId)) return walletId;",
    replace: "return String(walletId);",
    test: tests("core", "packages/core/src/http/wallet-of.test.ts")("refuses with 503"),
  },
  {
    name: "an answer may be kept for somebody else",
    why: "8.2: cached responses vary by Authorization",
    file: "packages/core/src/http/respond.ts",
    find: 'if (envelope.personal) headers.append("vary", "Authorization");',
    replace: "",
    test: isolation(),
  },
  {
    name: "a server's key passes for a user",
    why: "7: a role that is not a user is 401",
    file: "packages/core/src/auth/jwt-claims.ts",
    find: "!roles.some((one) => keyRoles.includes(one))",
    replace: "true",
    test: isolation("service"),
  },
  sql("public.genbff_find_inputs(", {
    name: "an upload of another user is an input",
    why: "8.2: asset references inside a generation's input are checked for ownership",
    find: "i.user_id = p_user_id",
    replace: "true",
    test: isolation("upload"),
  }),
  {
    name: "a form may hold what JSON may not",
    why: "design.md 6: OpenAPI says what is taken, and nothing else is",
    file: "packages/core/src/http/openapi-parts.ts",
    find: '"multipart/form-data": form,',
    replace: '"multipart/form-data": { ...form, anyOf: [{ type: "object" }] },',
    test: openapi("is closed"),
  },
  {
    name: "a header of an answer is in no contract",
    why: "design.md 6: generated from the contract, and every answer is held against it",
    file: "packages/core/src/http/openapi-headers.ts",
    find: '(isAnswer && asked.includes("Idempotency-Key") ?',
    replace: "(false ?",
    test: openapi("says of every answer which headers it has"),
  },
  {
    name: "the diagnostic stream has room for everybody",
    why: "8.7: limits also on SSE streams",
    file: `${routes}/diagnostics.ts`,
    find: "userId: nobody,",
    replace: "userId: crypto.randomUUID(),",
    test: diagnostics("has room for so many"),
  },
  {
    name: "the API page fetches its maker's fonts",
    why: "the API page asks no other host for anything",
    file: "examples/makeit3d/src/api-page.ts",
    find: "withDefaultFonts: false",
    replace: "withDefaultFonts: true",
    test: page("asks no other host"),
  },
];
