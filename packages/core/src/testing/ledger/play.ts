import { PGlite } from "@electric-sql/pglite";
import { Client } from "pg";
import { coreMigrations, readMigrations } from "../../database/migration-files.ts";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import type { Command, Outcome } from "./command.ts";
import { playSql } from "./play-sql.ts";

/** When every sequence begins: two days before the end of a month. */
export const start = Date.UTC(2026, 0, 30, 10);

/** What a database made of a sequence. */
export interface Told {
  /** Each command's outcome; after every so many of them, everything there was. */
  readonly steps: readonly (Outcome & { state?: JsonValue })[];
  readonly end: JsonValue;
  /** What `genbff_verify()` found at the end: nothing, in a healthy ledger. */
  readonly violations: readonly JsonValue[];
}

/** A ledger that plays sequences and forgets each: it is rolled back, so that none sees another's wallets. */
export interface Player {
  play(commands: readonly Command[], every?: number): Promise<Told>;
  close(): Promise<void>;
}

const playQuery = "select genbff_test.play($1, $2, $3) as told";

/** One connection to a migrated database; `setUpPlay` must have run in it. */
export async function postgresPlayer(url: string): Promise<Player> {
  const client = new Client(url);
  await client.connect();
  return {
    async play(commands, every = 1) {
      await client.query("begin");
      try {
        const values = [new Date(start).toISOString(), JSON.stringify(asCalls(commands)), every];
        return (await client.query<{ told: Told }>(playQuery, values)).rows[0]?.told as Told;
      } finally {
        await client.query("rollback");
      }
    },
    close: () => client.end(),
  };
}

/** Adds to a test database what plays sequences. */
export async function setUpPlay(query: (sql: string) => Promise<unknown>): Promise<void> {
  await query(playSql);
}

/** The embedded database, in memory. */
export async function pglitePlayer(): Promise<Player> {
  const pg = await PGlite.create();
  for (const file of await readMigrations(coreMigrations())) await pg.exec(file.sql);
  await pg.exec(playSql);
  return {
    async play(commands, every = 1) {
      return await pg.transaction(async (transaction) => {
        const values = [new Date(start).toISOString(), asCalls(commands), every];
        const { rows } = await transaction.query<{ told: Told }>(playQuery, values);
        await transaction.rollback();
        return rows[0]?.told as Told;
      });
    },
    close: () => pg.close(),
  };
}

/** The commands as calls, each with its moment: a millisecond after the one before. */
function asCalls(commands: readonly Command[]): JsonObject[] {
  let at = 0;
  return commands.map((command) => {
    at += 1 + (command.do === "wait" ? command.ms : 0);
    return command.do === "wait" ? { at } : { at, ...asCall(command) };
  });
}

function asCall(c: Exclude<Command, { do: "wait" }>): JsonObject {
  const call = (args: JsonObject): JsonObject => ({ call: `genbff_${c.do}`, args });
  switch (c.do) {
    case "grant":
      return call({
        p_wallet_id: c.wallet,
        p_amount: c.amount,
        p_idempotency_key: c.key,
        p_priority: c.priority,
        p_expires_in_ms: c.expiresInMs,
      });
    case "hold":
      return call({
        p_wallet_id: c.wallet,
        p_amount: c.amount,
        p_idempotency_key: c.key,
        p_external_reference: c.reference,
        p_expires_in_ms: c.expiresInMs,
      });
    case "capture":
      return call({ p_hold_id: { hold: c.hold }, p_amount: c.amount, p_full: c.full });
    case "release":
      return call({ p_hold_id: { hold: c.hold } });
    case "refund":
      return call({
        p_hold_id: { hold: c.hold },
        p_amount: c.amount,
        p_idempotency_key: c.key,
        p_reason: c.reason,
        p_actor: "grace",
      });
    case "adjust":
      return call({
        p_wallet_id: c.wallet,
        p_amount: c.amount,
        p_idempotency_key: c.key,
        p_reason: c.reason,
        p_actor: "grace",
      });
    case "welcome":
      return call({ p_wallet_id: c.wallet, p_amount: c.amount });
    case "set_tier":
      return call({ p_wallet_id: c.wallet, p_tier: c.tier });
    case "set_allowance":
      return call({ p_tier: c.tier, p_period: c.period, p_credits: c.amount });
    case "payment_event":
      return call({
        p_provider: c.provider,
        p_event_id: c.event,
        p_purchase_id: c.purchase,
        p_wallet_id: c.wallet,
        p_amount: c.amount,
        p_expires_in_ms: c.expiresInMs,
      });
    case "expire_due":
      return call({ p_count: 1000 });
    case "balance_at":
      return call({ p_wallet_id: c.wallet, p_at: { ago: c.agoMs } });
  }
}
