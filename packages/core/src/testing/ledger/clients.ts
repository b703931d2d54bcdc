import { randomUUID } from "node:crypto";
import { isAppError } from "../../errors/app-error.ts";
import type { JsonObject } from "../../shared/json.ts";
import { createTestDatabase, type TestDatabase } from "../embedded/test-database.ts";

type Row = Record<string, unknown>;

/** A ledger on a real server, reached by many clients at the same time. */
export interface LedgerClients {
  call(name: string, args: JsonObject): Promise<Row>;
  grant(wallet: string, amount: number, more?: JsonObject): Promise<Row>;
  /** Resolves to the hold's id. */
  hold(wallet: string, amount: number, more?: JsonObject): Promise<string>;
  available(wallet: string): Promise<number>;
  query<R extends Row>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  violations(): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens one, on a database of its own; by default through 32 connections. */
export async function ledgerClients(
  open: () => Promise<TestDatabase> = () => createTestDatabase({ max: 32 }),
): Promise<LedgerClients> {
  const test = await open();
  const call = (name: string, args: JsonObject) => test.database.call(`genbff_${name}`, args) as Promise<Row>;
  return {
    call,
    grant: (wallet, amount, more = {}) =>
      call("grant", { p_wallet_id: wallet, p_amount: amount, p_idempotency_key: randomUUID(), ...more }),
    async hold(wallet, amount, more = {}) {
      const args = {
        p_external_reference: "test",
        p_expires_in_ms: 600_000,
        p_idempotency_key: randomUUID(),
      };
      return (await call("hold", { p_wallet_id: wallet, p_amount: amount, ...args, ...more })).id as string;
    },
    available: async (wallet) => (await call("balance", { p_wallet_id: wallet })).available as number,
    query: (sql, values) => test.query(sql, values),
    violations: () => test.database.call("genbff_violations", {}),
    close: () => test.close(),
  };
}

/** What a call came to: `ok`, or the code of its refusal. Anything else is a failure of the test. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "ok",
    (error: unknown) => {
      if (isAppError(error)) return error.code;
      throw error;
    },
  );
}

/** How often each outcome came. */
export async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const one of await Promise.all(calls.map(outcome))) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

/** The array `[make(0), …, make(count - 1)]`. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
