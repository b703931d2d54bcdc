import type { DatabaseServer } from "./database-server.ts";
import { signUpCredits } from "./stock.ts";
import type { World } from "./world.ts";

/** Payments, as a payment provider tells of them: twice, and by two events for one purchase. */
export interface Bank {
  /** False: the user has enough of it. */
  topUp(user: string): Promise<boolean>;
  /** Everything a user was ever given. */
  givenTo(user: string): number;
  /** What was told of a cancel, by generation. */
  readonly cancelTold: Map<string, string>;
  /** What users were told of their credits when all was over. */
  readonly balanceTold: Map<string, number>;
}

const packCredits = 50;

/** Opens the bank. */
export function openBank(world: World, server: DatabaseServer): Bank {
  const { luck, time } = world;
  const paid = new Map<string, number>();
  let purchases = 0;
  return {
    cancelTold: new Map(),
    balanceTold: new Map(),
    givenTo: (user) => signUpCredits + (paid.get(user) ?? 0),
    async topUp(user) {
      if (luck.once(3)) return false;
      const purchase = `purchase-${++purchases}`;
      paid.set(user, (paid.get(user) ?? 0) + packCredits);
      world.tell(user, `buys ${purchase}`);
      const events = luck.once(2) ? ["paid"] : ["paid", "paid", "settled"];
      for (const event of events) {
        await new Promise<void>((resolve) => {
          time.at(luck.latencyMs(), async () => {
            await server.call(
              "genbff_payment_event",
              {
                p_provider: "bank",
                p_event_id: `${purchase}-${event}`,
                p_purchase_id: purchase,
                p_wallet_id: user,
                p_amount: packCredits,
              },
              time.now(),
            );
            resolve();
          });
        });
      }
      return true;
    },
  };
}
