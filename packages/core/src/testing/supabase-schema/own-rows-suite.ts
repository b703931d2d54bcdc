import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Asker } from "../embedded/supabase-database.ts";
import { type Book, openBook } from "../generations/book.ts";
import { ended, processing } from "./lives.ts";
import type { Project } from "./project.ts";

/** What clients read, with the column that says whose it is. Prices are everybody's. */
const relations = {
  assets: "user_id",
  images: "user_id",
  models: "user_id",
  input_assets: "user_id",
  user_credits: "user_id",
  credit_transactions: "user_id",
  operation_costs: undefined,
} as const;
const names = Object.keys(relations) as (keyof typeof relations)[];
const denied = { code: "42501" };
const anon: Asker = { role: "anon" };
const server: Asker = { role: "service_role" };

/** Row security, asked with the claims of real tokens. */
export function ownRowsSuite(project: () => Project): void {
  describe("row security", () => {
    const [ada, lin] = [randomUUID(), randomUUID()];
    const as = (sub: string): Asker => ({ role: "authenticated", sub });
    let book: Book;
    const count = async (asker: Asker, relation: string) =>
      (await project().as<{ n: number }>(asker, `select count(*)::int as n from public.${relation}`))[0]?.n;

    beforeAll(async () => {
      book = openBook(project());
      await book.call("set_operation_cost", { p_key: "picture", p_credits: 3 });
      await book.call("set_operation_cost", {
        p_key: "picture",
        p_credits: 5,
        p_effective_at: "2999-01-01T00:00:00Z",
      });
      for (const user of [ada, lin]) {
        await book.call("grant", { p_wallet_id: user, p_amount: 50, p_idempotency_key: "start" });
        await book.start({ user });
        await book.call("reserve_input", {
          p_user_id: user,
          p_id: randomUUID(),
          p_task_id: null,
          p_type: "image",
          p_storage_key: `inputs/${user}`,
          p_asset_url: `/inputs/${user}`,
          p_filename: "a.png",
          p_content_type: "image/png",
          p_bytes: 1,
        });
      }
    });

    it("shows a signed-in user their own rows, and nobody else's", async () => {
      for (const user of [ada, lin]) {
        for (const [relation, column] of Object.entries(relations)) {
          if (column === undefined) continue;
          const rows = await project().as(as(user), `select ${column} as whose from public.${relation}`);
          expect(rows, relation).toEqual(relation === "models" ? [] : [{ whose: user }]);
        }
      }
      expect(await count(as(randomUUID()), "assets")).toBe(0);
    });

    it("shows prices in effect, and no price of tomorrow", async () => {
      const asked = "select key, credits::int, per from public.operation_costs where key = 'picture'";
      const prices = [{ key: "picture", credits: 3, per: "call" }];
      expect(await project().as(as(ada), asked)).toEqual(prices);
      const all = "select distinct credits::int from genbff.operation_costs";
      await expect(project().as(as(ada), all)).rejects.toMatchObject(denied);
    });

    it("shows nothing to a token without a user, and refuses whoever has none", async () => {
      for (const relation of names) {
        if (relation !== "operation_costs")
          expect(await count({ role: "authenticated" }, relation), relation).toBe(0);
        await expect(count(anon, relation), relation).rejects.toMatchObject(denied);
      }
    });

    it("shows the server's role everybody's", async () => {
      for (const relation of ["assets", "images", "input_assets", "user_credits", "credit_transactions"])
        expect(await count(server, relation), relation).toBeGreaterThanOrEqual(2);
    });

    it("hides the columns that are the server's, by name and by star", async () => {
      for (const hidden of [
        "storage_key from public.assets",
        "sha256 from public.assets",
        "* from public.assets",
        "storage_key from public.input_assets",
        "seq from public.user_credits",
      ])
        await expect(project().as(as(ada), `select ${hidden}`), hidden).rejects.toMatchObject(denied);
    });

    it("lets nobody write, whoever asks", async () => {
      for (const asker of [anon, as(ada), server]) {
        for (const relation of names) {
          const column = relations[relation] ?? "key";
          for (const statement of [
            `insert into public.${relation} (${column}) values ('${ada}')`,
            `update public.${relation} set ${column} = ${column}`,
            `delete from public.${relation}`,
            ...(["assets", "input_assets", "user_credits"].includes(relation)
              ? [`truncate public.${relation} cascade`]
              : []),
          ])
            await expect(project().as(asker, statement), `${asker.role}: ${statement}`).rejects.toMatchObject(
              // Postgres asks a view whether it can be written at all before it asks who writes.
              { code: expect.stringMatching(/^(42501|55000)$/) },
            );
        }
      }
      expect(await count(server, "assets")).toBeGreaterThanOrEqual(2);
    });

    it("lets the server's role execute the functions, and nobody else", async () => {
      const asked = `select public.genbff_balance('${ada}') ->> 'available' as available`;
      expect(await project().as(server, asked)).toEqual([{ available: "49" }]);
      for (const asker of [anon, as(ada)])
        await expect(project().as(asker, asked)).rejects.toMatchObject(denied);
      for (const asker of [anon, as(ada), server])
        await expect(project().as(asker, "select genbff.now()")).rejects.toMatchObject(denied);
    });

    it("shows pending, processing, complete and failed as they come, to whoever polls the view", async () => {
      const user = randomUUID();
      await book.call("grant", { p_wallet_id: user, p_amount: 50, p_idempotency_key: "start" });
      const { id } = await book.start({ user });
      const { id: other } = await book.start({ user });
      const seen = () =>
        project().as(
          as(user),
          `select status, asset_url is not null as stored, bytes is not null as measured from public.images
            where generation_id = any ($1) order by generation_id = $2`,
          [[id, other], other],
        );
      const row = (status: string) => ({
        status,
        stored: status === "complete",
        measured: status === "complete",
      });
      expect(await seen()).toEqual([row("pending"), row("pending")]);
      const [first, second] = [await processing(book, id), await processing(book, other)];
      expect(await seen()).toEqual([row("processing"), row("processing")]);
      await ended(book, first, "complete");
      expect(await seen()).toEqual([row("complete"), row("processing")]);
      await ended(book, second, "failed");
      expect(await seen()).toEqual([row("complete"), row("failed")]);
      const spent = "select balance::int, held::int, lifetime_spent::int from public.user_credits";
      expect(await project().as(as(user), spent)).toEqual([{ balance: 49, held: 0, lifetime_spent: 1 }]);
    });

    it("tells Realtime of the tables, each with a key that clients may read", async () => {
      const published = await project().query(
        "select schemaname || '.' || tablename as name from pg_publication_tables where pubname = 'supabase_realtime' order by 1",
      );
      expect(published.map(({ name }) => name)).toEqual([
        "public.assets",
        "public.input_assets",
        "public.user_credits",
      ]);
      // Realtime leaves out whatever column the client's role may not read, and needs the key of the table.
      const keys = await project().query(`
        select has_column_privilege('authenticated', i.indrelid, k, 'SELECT') as readable
          from pg_index i, unnest(i.indkey) k
         where i.indisprimary and i.indrelid = any ('{public.assets,public.input_assets,public.user_credits}'::regclass[])`);
      expect(keys).toEqual([{ readable: true }, { readable: true }, { readable: true }]);
    });

    it("reads through an index, so that a policy costs no scan of everybody's rows", async () => {
      const scanned = await project().query(`
        select format('%s.%s', schemaname, tablename) as name from pg_policies p
         where p.policyname = 'own_rows' and not exists (
           select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = format('%I.%I', p.schemaname, p.tablename)::regclass and i.indpred is null
              and a.attname = any (array['user_id', 'wallet_id']))`);
      expect(scanned).toEqual([]);
    });
  });
}
