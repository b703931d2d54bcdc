import { type Mutant, tests } from "../mutant.ts";

const limited = tests("core", "packages/core/src/generations/limited-calls.test.ts");
const allowance = tests("core", "packages/core/src/generations/allowance.test.ts");
const events = tests("adapter-lambda", "packages/adapter-lambda/src/http/events.test.ts");
const queue = tests("adapter-lambda", "packages/adapter-lambda/src/sqs.test.ts");
const fetched = tests("adapter-lambda", "packages/adapter-lambda/src/to-fetch.test.ts");
const jobs = tests("adapter-lambda", "packages/adapter-lambda/src/long-jobs.test.ts");

/** Hosts that end or freeze a process: how far a call may go, and what must be over before. */
export const throughLambda: readonly Mutant[] = [
  {
    name: "any call may ask a vendor that works while we wait",
    why: "issue 7: a synchronous vendor call runs only in the SQS worker",
    file: "packages/core/src/generations/allowance.ts",
    find: "if (!allowance.longCalls && provider.check === undefined) return undefined;",
    replace: "",
    test: allowance("of a vendor that works while we wait"),
  },
  {
    name: "a purchase begins that its process cannot wait for",
    why: "S6 and 2.4: what is cut is unknown, and perhaps sold",
    file: "packages/core/src/generations/steps/submit.ts",
    find: "if (purchaseMs(lease.allowance, provider) === undefined) return leaveToAnother(context, order);",
    replace: "",
    test: limited("leaves a vendor that works while we wait"),
  },
  {
    name: "a call whose time is over keeps its lease",
    why: "issue 7: a download cut by the budget is handed over, its lease given back",
    file: "packages/core/src/generations/advance.ts",
    find: "if (context.closing.aborted || lease.outOfTime) await handOver(context, lease.order.id);",
    replace: "if (context.closing.aborted) await handOver(context, lease.order.id);",
    test: limited("gives a file back"),
  },
  {
    name: "a download that was broken off loses what was copied before",
    why: "issue 7: a generation with several files comes to its end 20 s at a time",
    file: "packages/core/src/generations/steps/fetch-outputs.ts",
    find: "if (!isFresh || lease.lost.aborted || !(error instanceof LeaseLost)) throw error;",
    replace: "throw error;",
    test: limited("breaks a download off"),
  },
  {
    name: "the next in turn is forgotten by who was woken for another",
    why: "S9: where nobody sweeps each second its next look is a minute late",
    file: "packages/core/src/generations/advance.ts",
    find: "context.engine.wake(order.id, committed.againAfterMs);",
    replace: "",
    test: limited("wakes the one that a waiting id has given it"),
  },
  {
    name: "an answer does not wait for what it has begun",
    why: "issue 7: nothing assumes that a process lives after its answer",
    file: "packages/adapter-lambda/src/to-lambda.ts",
    find: "await settle(bff, context);",
    replace: "",
    test: events("waits for what would be lost"),
  },
  {
    name: "an answer is measured before it is written as JSON",
    why: "issue 7: 6 MB limits answered clearly",
    file: "packages/adapter-lambda/src/http/to-result.ts",
    find: "Buffer.byteLength(JSON.stringify(body.body)) > bytesMax",
    replace: "body.body.length > bytesMax",
    test: events("that just fits"),
  },
  {
    name: "a decoded path is taken for a written one",
    why: "issue 7: an HTTP API's path is no URL",
    file: "packages/adapter-lambda/src/http/to-request.ts",
    find: '.replace(/%(?![\\da-f]{2})/gi, "%25")',
    replace: "",
    test: events("a decoded path is written out again"),
  },
  {
    name: "one message that failed is done like the others",
    why: "2.7: partial batch response",
    file: "packages/adapter-lambda/src/to-sqs-worker.ts",
    find: "batchItemFailures.push({ itemIdentifier: messageId });",
    replace: "",
    test: queue("is done with what is forged"),
  },
  {
    name: "a wake-up is sent with a delay that SQS refuses",
    why: "2.7: delays over 15 min via next_run_at",
    file: "packages/adapter-lambda/src/sqs.ts",
    find: "if (delayS > delaySMax) return;",
    replace: "",
    test: queue("leaves to the schedule"),
  },
  {
    name: "the engine without a queue asks vendors that work while we wait",
    why: "issue 7: between two invocations nothing runs",
    file: "packages/adapter-lambda/src/on-demand.ts",
    find: "longCalls: false",
    replace: "longCalls: true",
    test: jobs("without a queue nothing runs outside"),
  },
  {
    name: "a function that speaks Fetch gives its requests no time to work",
    why: "issue 7: moved on by the client's own polls",
    file: "packages/adapter-lambda/src/to-fetch.ts",
    find: "invoked(budgetMs, () => {",
    replace: "invoked(0, () => {",
    test: fetched("buys within the request"),
  },
  {
    name: "a function that speaks Fetch tells nobody what to wait for",
    why: "issue 7: nothing assumes that a process lives after its answer",
    file: "packages/adapter-lambda/src/to-fetch.ts",
    find: "const waitUntil = (work: Promise<unknown>) => host.waitUntil(work);",
    replace: "const waitUntil = undefined;",
    test: fetched("buys within the request"),
  },
];
