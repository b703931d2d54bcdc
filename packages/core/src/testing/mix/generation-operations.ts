import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { startArguments } from "../generations/book.ts";
import { anyUser, type Hands, type Operation, oneOf, remember } from "./operation.ts";
import { asLeased, type Order, workOn } from "./work.ts";

const providers = ["one", "two"];

/** A generation that somebody has started. */
function onGeneration(
  { dice, pool }: Hands,
  act: (generation: { id: string; user: string }) => Promise<JsonValue>,
): Promise<JsonValue> | false {
  const generation = pool.generations[dice.below(Math.max(1, pool.generations.length))];
  return generation !== undefined && act(generation);
}

function lease({ dice }: Hands): JsonObject {
  return { p_worker: `worker-${dice.below(8)}`, p_lease_ms: oneOf(dice, 20, 300, 2000, 10_000) };
}

/** Everything the state machine can do. */
export const generationOperations: Readonly<Record<string, Operation>> = {
  start: {
    weight: 10,
    refusals: [
      "insufficient_credits",
      "too_many_generations",
      "queue_full",
      "idempotency_key_reused",
      "task_id_taken",
    ],
    async run({ dice, pool, call }) {
      const user = anyUser(dice);
      const provider = oneOf(dice, ...providers);
      const keyed = dice.below(3) === 0;
      const asked = startArguments(
        {
          task: `task-of-${dice.below(40) === 0 ? anyUser(dice) : user}-${dice.below(20)}`,
          provider,
          candidates: dice.below(4) === 0 ? providers.filter((other) => other !== provider) : [],
          open: 40,
          depth: 600,
          price: dice.below(4),
          deadlineMs: oneOf(dice, 300, 5000, 60_000),
        },
        user,
      );
      const started = (await call("genbff_start", {
        ...asked,
        ...(keyed && { p_idempotency_key: `start-${dice.below(30)}`, p_digest: `digest-${dice.below(2)}` }),
      })) as { generation_id: string };
      remember(pool.generations, { id: started.generation_id, user });
      return started;
    },
  },
  claim: {
    weight: 2,
    async run(hands) {
      const { dice, pool, call } = hands;
      const claimed = await call("genbff_claim", { ...lease(hands), p_count: 1 + dice.below(6) });
      pool.leased.push(...(claimed as unknown as Order[]).map(asLeased));
      return claimed;
    },
  },
  take: {
    weight: 4,
    run: (hands) =>
      onGeneration(hands, async ({ id }) => {
        const taken = (await hands.call("genbff_take", { ...lease(hands), p_generation_id: id })) as {
          generation?: Order;
        };
        if (taken.generation !== undefined) hands.pool.leased.push(asLeased(taken.generation));
        return taken as JsonValue;
      }),
  },
  work: { weight: 24, run: workOn },
  cancel: {
    weight: 2,
    refusals: ["not_cancellable", "not_found"],
    run: (hands) =>
      onGeneration(hands, ({ id, user }) =>
        hands.call("genbff_cancel", {
          p_user_id: hands.dice.below(20) === 0 ? "a stranger" : user,
          p_generation_id: id,
        }),
      ),
  },
  webhook: {
    weight: 3,
    run: ({ dice, call }) =>
      call("genbff_webhook", {
        p_provider: oneOf(dice, ...providers),
        p_event_id: dice.below(3) === 0 ? `event-${dice.below(100)}` : randomUUID(),
        p_job_key: `job-${dice.below(200)}`,
        p_payload: {},
      }),
  },
  orphan: {
    weight: 1,
    run: (hands) =>
      onGeneration(hands, ({ id }) =>
        hands.call("genbff_orphan", {
          p_generation_id: id,
          p_attempt: 1 + hands.dice.below(2),
          p_job: { key: `job-${hands.dice.below(200)}` },
          p_reason: "lease_lost",
        }),
      ),
  },
  sweep: { weight: 2, run: ({ dice, call }) => call("genbff_sweep", { p_count: 1 + dice.below(30) }) },
  retain: {
    weight: 0.3,
    run: ({ call }) => call("genbff_retain", { p_large_ms: 1000, p_rows_ms: 4000, p_count: 50 }),
  },
  set_caps: {
    weight: 0.1,
    run: ({ dice, call }) =>
      call("genbff_set_caps", {
        p_caps: [
          { provider: "one", operation: "*", concurrency: 20 + dice.below(40), starts_per_minute: null },
          { provider: "two", operation: "text-to-image", concurrency: null, starts_per_minute: 5000 },
        ],
      }),
  },
  status: {
    weight: 3,
    refusals: ["not_found"], // retention may have taken it
    run: (hands) =>
      onGeneration(hands, ({ id, user }) => hands.call("genbff_status", { p_user_id: user, p_id: id })),
  },
  tasks: {
    weight: 0.5,
    run: ({ dice, call }) => call("genbff_tasks", { p_user_id: anyUser(dice), p_limit: 10 }),
  },
};
