import { Client, type QueryResultRow } from "pg";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

/** Who asks past the server, as PostgREST says it to the database. */
export interface Asker {
  readonly role: "anon" | "authenticated" | "service_role";
  /** The claim `sub` of the token. */
  readonly sub?: string;
}

/** A Supabase project's database, without what stands before it. */
export interface SupabaseDatabase extends Pick<TestDatabase, "query" | "close"> {
  /** As the role that `supabase db push` works as. */
  readonly ownerUrl: string;
  /** One statement in a transaction of its own, as PostgREST runs it. Rejects with what Postgres says. */
  as<Row extends QueryResultRow>(asker: Asker, text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Makes an empty one on a server of `startSupabasePostgres`. */
export async function createSupabaseDatabase(server: string): Promise<SupabaseDatabase> {
  const test = await createTestDatabase({ empty: true, server });
  const [{ name } = { name: "" }] = await test.query<{ name: string }>("select current_database() as name");
  await test.query(`alter database ${name} owner to project_owner`);
  const urlFor = (user: string) => Object.assign(new URL(test.url), { username: user }).href;
  const authenticator = new Client(urlFor("authenticator"));
  authenticator.on("error", () => undefined);
  await authenticator.connect();
  let turn: Promise<unknown> = Promise.resolve();

  async function ask<Row extends QueryResultRow>(
    { role, sub }: Asker,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    await authenticator.query("begin");
    try {
      const claims = JSON.stringify({ role, ...(sub === undefined ? {} : { sub }) });
      await authenticator.query(
        "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
        [role, claims],
      );
      const { rows } = await authenticator.query<Row>(text, [...values]);
      await authenticator.query("commit");
      return rows;
    } catch (error) {
      await authenticator.query("rollback");
      throw error;
    }
  }

  return {
    query: test.query,
    ownerUrl: urlFor("project_owner"),
    as(asker, text, values = []) {
      // One connection: whoever asks at the same time comes after.
      const mine = turn.then(() => ask<never>(asker, text, values));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await authenticator.end();
      await test.close();
    },
  };
}
