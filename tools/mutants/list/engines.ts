import { type Mutant, tests } from "../mutant.ts";

const redis = tests("engine-bullmq", "packages/engine-bullmq/src/redis.test.ts");
const bullmq = tests("engine-bullmq", "packages/engine-bullmq/src/bullmq.test.ts");
const deaths = tests("engine-bullmq", "packages/engine-bullmq/src/deaths.test.ts");

/** The queue between processes: its messages are hints, and what they were worth is found without them. */
export const throughQueues: readonly Mutant[] = [
  {
    name: "a plan is named by its generation alone",
    why: "2.7: no message may swallow another one's wake-up",
    file: "packages/engine-bullmq/src/message.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a template.
    find: "deduplication: { id: `${generationId}.${moment}` }",
    replace: "deduplication: { id: generationId }",
    test: redis("no longer than the earliest plan"),
  },
  {
    name: "a wake-up for now is a plan like others",
    why: "2.7: the message of a dead taker must not hold up the next one",
    file: "packages/engine-bullmq/src/message.ts",
    find: "if (delayMs <= 0) return [message, {}];",
    replace: "if (delayMs <= 0) return [message, { deduplication: { id: generationId } }];",
    test: redis("wakes again what is woken while it is being advanced"),
  },
  {
    name: "what has ended is kept",
    why: "2.7: completed and failed messages are removed",
    file: "packages/engine-bullmq/src/store.ts",
    find: "{ removeOnComplete: true, removeOnFail: true }",
    replace: "{ removeOnComplete: false, removeOnFail: false }",
    test: redis("keeps nothing of what has ended"),
  },
  {
    name: "a sweep finds and does not look",
    why: "2.7: a job failed by the stalled limit is still recovered by the sweep",
    file: "packages/engine-bullmq/src/sweeps.ts",
    find: "for (const id of await sweeping.worker.sweep()) void looks.look(id);",
    replace: "await sweeping.worker.sweep();",
    test: deaths("the sweep looks all the same"),
  },
  {
    name: "nobody sweeps while the queue is away",
    why: "2.7: loss of Redis delays and loses nothing",
    file: "packages/engine-bullmq/src/sweeps.ts",
    find: ".catch(() => true)",
    replace: ".catch(() => false)",
    test: redis("works by its sweeps while the server is away"),
  },
  {
    name: "what waits in a process that stops is forgotten until a sweep",
    why: "2.7: a graceful stop hands over",
    file: "packages/engine-bullmq/src/looks.ts",
    find: "for (const [id, { looked }] of waiting) { handBack(id);",
    replace: "for (const [, { looked }] of waiting) {",
    test: redis("hands back what waits for its turn"),
  },
  {
    name: "every process sweeps in every interval",
    why: "2.7: one sweep of all is enough",
    file: "packages/engine-bullmq/src/redis-store.ts",
    find: '"PX", Math.ceil(everyMs), "NX")',
    replace: '"PX", Math.ceil(everyMs))',
    test: bullmq("one process of all sweeps"),
  },
  {
    name: "a process hears its own hints",
    why: "5.5: a hint is for other processes; ours were told already",
    file: "packages/engine-bullmq/src/hints.ts",
    find: "if (by === us) return;",
    replace: "",
    test: redis("tells every other process of a change"),
  },
  {
    name: "steps are told to this process's watchers alone",
    why: "5.5: watchers of other processes hear before their tick",
    file: "packages/core/src/events/changes.ts",
    find: "elsewhere.tellOthers?.(taskId);",
    replace: "",
    test: bullmq("hears of steps made on another"),
  },
];
