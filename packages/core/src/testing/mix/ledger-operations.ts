import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { anyUser, type Hands, type Operation, oneOf, remember } from "./operation.ts";

const day = 86_400_000;

interface Entry {
  readonly transaction_id: number;
  readonly amount: number;
}

/** Few keys for each wallet: some calls repeat one, some take it for something else. */
const keyOf = ({ dice, pool }: Hands, kind: string) =>
  `${kind}-${dice.below(3) === 0 ? dice.below(40) : pool.next()}`;

function note({ pool }: Hands, answer: JsonValue): JsonValue {
  const { transaction_id: id, amount } = answer as unknown as Entry;
  pool.entries.set(id, amount);
  return answer;
}

/** A hold that somebody has made. */
function onHold(hands: Hands, name: string, args: (hold: string) => JsonObject): Promise<JsonValue> | false {
  const { dice, pool, call } = hands;
  const hold = pool.holds[dice.below(Math.max(1, pool.holds.length))];
  if (hold === undefined) return false;
  return call(name, args(hold));
}

async function settled({ pool }: Hands, made: Promise<JsonValue> | false): Promise<JsonValue> {
  const hold = (await made) as { id: string; captured: number | null };
  pool.captured.set(hold.id, hold.captured ?? 0);
  return hold;
}

async function refunded({ pool }: Hands, made: Promise<JsonValue>): Promise<JsonValue> {
  const entry = (await made) as { id: number; amount: number };
  pool.entries.set(entry.id, entry.amount);
  return entry;
}

/** Everything the ledger can do. */
export const ledgerOperations: Readonly<Record<string, Operation>> = {
  grant: {
    weight: 6,
    refusals: ["idempotency_key_reused"],
    run: async (hands) =>
      note(
        hands,
        await hands.call("genbff_grant", {
          p_wallet_id: anyUser(hands.dice),
          p_amount: 1 + hands.dice.below(40),
          p_idempotency_key: keyOf(hands, "grant"),
          p_priority: oneOf(hands.dice, 50, 100),
          p_expires_in_ms: oneOf(hands.dice, null, null, 1 + hands.dice.below(3000), day),
        }),
      ),
  },
  hold: {
    weight: 9,
    refusals: ["insufficient_credits", "idempotency_key_reused"],
    async run(hands) {
      const { dice, pool, call } = hands;
      const hold = await call("genbff_hold", {
        p_wallet_id: anyUser(dice),
        p_amount: 1 + dice.below(12),
        p_idempotency_key: keyOf(hands, "hold"),
        p_external_reference: "mix",
        p_expires_in_ms: oneOf(dice, 1 + dice.below(500), day, day, day),
      });
      remember(pool.holds, (hold as { id: string }).id);
      return hold;
    },
  },
  capture: {
    weight: 7,
    refusals: ["hold_already_settled", "capture_exceeds_hold"],
    run: (hands) => {
      const { dice } = hands;
      const made = onHold(hands, "genbff_capture", (hold) => ({
        p_hold_id: hold,
        ...(dice.below(3) === 0 ? { p_full: true } : { p_amount: dice.below(8) }),
      }));
      return made && settled(hands, made);
    },
  },
  release: {
    weight: 3,
    refusals: ["hold_already_settled"],
    run: (hands) => onHold(hands, "genbff_release", (hold) => ({ p_hold_id: hold })),
  },
  refund: {
    weight: 4,
    refusals: ["refund_exceeds_capture", "idempotency_key_reused"],
    run: (hands) => {
      const made = onHold(hands, "genbff_refund", (hold) => ({
        p_hold_id: hold,
        p_amount: 1 + hands.dice.below(4),
        p_idempotency_key: keyOf(hands, "refund"),
        p_reason: "late",
        p_actor: "grace",
      }));
      return made && refunded(hands, made);
    },
  },
  adjust: {
    weight: 2,
    refusals: ["insufficient_credits", "idempotency_key_reused"],
    run: (hands) =>
      hands.call("genbff_adjust", {
        p_wallet_id: anyUser(hands.dice),
        p_amount: oneOf(hands.dice, 1, 9, -1, -5, -14),
        p_idempotency_key: keyOf(hands, "adjust"),
        p_reason: "fix",
        p_actor: "grace",
      }),
  },
  payment_event: {
    weight: 3,
    refusals: ["idempotency_key_reused"],
    run: async (hands) => {
      const purchase = hands.dice.below(3) === 0 ? hands.dice.below(60) : hands.pool.next();
      return note(
        hands,
        await hands.call("genbff_payment_event", {
          p_provider: "stripe",
          p_event_id: `event-${hands.dice.below(4) === 0 ? purchase : hands.pool.next()}`,
          p_purchase_id: `purchase-${purchase}`,
          p_wallet_id: anyUser(hands.dice),
          p_amount: 20,
        }),
      );
    },
  },
  welcome: {
    weight: 2,
    run: ({ dice, call }) =>
      call("genbff_welcome", { p_wallet_id: anyUser(dice), p_amount: oneOf(dice, 0, 5, 7) }),
  },
  set_tier: {
    weight: 0.5,
    run: ({ dice, call }) =>
      call("genbff_set_tier", { p_wallet_id: anyUser(dice), p_tier: oneOf(dice, "free", "pro") }),
  },
  set_allowance: {
    weight: 0.2,
    run: ({ dice, call }) =>
      call("genbff_set_allowance", {
        p_tier: oneOf(dice, "free", "pro"),
        p_period: oneOf(dice, "day", "month"),
        p_credits: dice.below(5),
      }),
  },
  expire_due: {
    weight: 1,
    run: ({ dice, call }) => call("genbff_expire_due", { p_count: 1 + dice.below(20) }),
  },
  balance: { weight: 3, run: ({ dice, call }) => call("genbff_balance", { p_wallet_id: anyUser(dice) }) },
  balance_at: {
    weight: 1,
    run: ({ dice, call }) =>
      call("genbff_balance_at", {
        p_wallet_id: anyUser(dice),
        p_at: new Date(Date.now() - dice.below(5000)).toISOString(),
      }),
  },
  history: {
    weight: 1,
    run: ({ dice, call }) => call("genbff_history", { p_wallet_id: anyUser(dice), p_limit: 20 }),
  },
};
