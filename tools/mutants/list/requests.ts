import { type Mutant, tests } from "../mutant.ts";

const leaves = tests("core", "packages/core/src/http/client-leaves.test.ts");
const keys = tests("core", "packages/core/src/http/idempotency.test.ts");
const webhooks = tests("core", "packages/core/src/http/webhooks.test.ts");
const badInput = tests("core", "packages/core/src/http/bad-input.test.ts");
const core = "packages/core/src";

/** What a request may be, and what of it is nobody's fault here. */
export const requests: readonly Mutant[] = [
  {
    name: "a client that leaves its form is a bug of ours",
    why: "7: no input gives 500",
    file: `${core}/http/handle-request.ts`,
    find: "const left = signal.aborted && error === signal.reason;",
    replace: "const left = false;",
    test: leaves("a form whose sender has gone"),
  },
  {
    name: "a client that leaves its upload is a disk that refuses",
    why: "7: 503 is for a database or a queue that is down",
    file: `${core}/storage/files.ts`,
    find: "const left = request.signal.aborted && error === request.signal.reason;",
    replace: "const left = false;",
    test: leaves("a signed upload whose sender has gone"),
  },
  {
    name: "a line that breaks is a disk that refuses",
    why: "7: a body that does not arrive is 408",
    file: `${core}/http/body/body-stream.ts`,
    find: "await reader.read().catch(brokenOff);",
    replace: "await reader.read();",
    test: leaves("a signed upload whose line breaks"),
  },
  {
    name: "what the team refuses is made",
    why: "7: refused by the moderate hook is 422 content_rejected",
    file: `${core}/generations/moderate.ts`,
    find: "if (!allowed) throw",
    replace: "if (allowed === undefined) throw",
    test: keys("of the hook is 422"),
  },
  {
    name: "what nobody has looked at is made",
    why: "7: a hook that fails refuses",
    file: `${core}/generations/moderate.ts`,
    find: 'throw new AppError("unavailable", { cause: error });',
    replace: "allowed = true;",
    test: keys("of the hook is 422"),
  },
  {
    name: "a key is not required",
    why: "7: requireIdempotencyKey",
    file: `${core}/http/idempotency-key.ts`,
    find: "return context.requireIdempotencyKey ? requiredIdempotencyKeyOf(request) : givenKeyOf(request);",
    replace: "return givenKeyOf(request);",
    test: keys("is required where the BFF is told so"),
  },
  {
    name: "a lock that is not given in time is a database that is down",
    why: "7: same key while the first is running is 409",
    file: `${core}/http/answer-started.ts`,
    find: 'const lockTimeout = "55P03";',
    replace: 'const lockTimeout = "no such state";',
    test: keys("the second is told to come back"),
  },
  {
    name: "a webhook's job may be called anything",
    why: "7: no input gives 500",
    file: `${core}/generations/receive-webhook.ts`,
    find: "if (!isStorable(notice))",
    replace: "if (notice === undefined)",
    test: webhooks("of a job whose name no database could keep"),
  },
  {
    name: "a refused input does not say which one it is",
    why: "a form of several files marks the one that is wrong",
    file: `${core}/assets/resolve-input.ts`,
    find: "details: { ...details, field }",
    replace: "details: { ...details }",
    test: badInput("is refused, and leaves no row and no file"),
  },
];
