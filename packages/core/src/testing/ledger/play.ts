import { Client } from "pg";
import type { JsonObject, JsonValue } from "../../shared/json.ts";
import { openTestPglite } from "../embedded/test-pglite.ts";
import type { Command, Outcome } from "./command.ts";
import { playSql } from "./play-sql.ts";
import { type Seen, tellSql } from "./tell-sql.ts";

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

/** A command and its moment, in ms after the start. */
export interface Timed {
  readonly at: number;
  readonly command: Exclude<Command, { do: "wait" }>;
}

/** A ledger that plays sequences and forgets each: it is rolled back, so that none sees another's wallets. */
export interface Player {
  play(commands: readonly Command[], every?: number): Promise<Told>;
  /** Plays commands at moments of their own, and shows all that can be seen of the ledger after the last. */
  tell(program: readonly Timed[], moments: readonly number[]): Promise<Seen>;
  close(): Promise<void>;
}

const tellQuery = "select genbff_test.tell($1, $2, $3) as told";
const playQuery = "select genbff_test.play($1, $2, $3) as told";

/** One connection to a migrated database; `setUpPlay` must have run in it. */
export async function postgresPlayer(url: string): Promise<Player> {
  const client = new Client(url);
  await client.connect();
  const ask = async <Answer>(query: string, values: readonly unknown[]) => {
    await client.query("begin");
    try {
      return (await client.query<{ told: Answer }>(query, [...values])).rows[0]?.told as Answer;
    } finally {
      await client.query("rollback");
    }
  };
  return {
    play: (commands, every = 1) => ask(playQuery, [moment(0), JSON.stringify(asCalls(commands)), every]),
    tell: (program, moments) =>
      ask(tellQuery, [moment(0), JSON.stringify(program.map(atItsTime)), moments.map(moment)]),
    close: () => client.end(),
  };
}

/** Adds to a test database what plays sequences. */
export async function setUpPlay(query: (sql: string) => Promise<unknown>): Promise<void> {
  await query(playSql);
  await query(tellSql);
}

/** The embedded database. */
export async function pglitePlayer(): Promise<Player> {
  const { pg, close } = await openTestPglite();
  await setUpPlay((sql) => pg.exec(sql));
  const ask = <Answer>(query: string, values: readonly unknown[]) =>
    pg.transaction(async (transaction) => {
      const { rows } = await transaction.query<{ told: Answer }>(query, [...values]);
      await transaction.rollback();
      return rows[0]?.told as Answer;
    });
  return {
    play: (commands, every = 1) => ask(playQuery, [moment(0), asCalls(commands), every]),
    tell: (program, moments) => ask(tellQuery, [moment(0), program.map(atItsTime), moments.map(moment)]),
    close,
  };
}

const moment = (at: number) => new Date(start + at).toISOString();

function atItsTime({ at, command }: Timed): JsonObject {
  return { at, ...asCall(command) };
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
      return call({ p_count: c.count ?? 1000 });
    case "balance_at":
      return call({ p_wallet_id: c.wallet, p_at: { ago: c.agoMs } });
  }
}
