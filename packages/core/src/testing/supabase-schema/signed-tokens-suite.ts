import { randomUUID } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeToken, secretSigner } from "../auth/token-signer.ts";
import { openBook } from "../generations/book.ts";
import { openPostgrest, type PostgrestStandIn } from "../postgrest/stand-in.ts";
import { jwtSecret, keyOf, serverClient } from "../postgrest/supabase-project.ts";
import type { Project } from "./project.ts";

/** What clients read of their own, by the column `user_id`. */
const names = ["assets", "images", "models", "input_assets", "user_credits", "credit_transactions"] as const;
const refused = { code: "42501" };

/** What a browser gets from the project's API: supabase-js, with tokens that are really signed, past the server. */
export function signedTokensSuite(project: () => Project): void {
  describe("a signed token, shown to the project's API", () => {
    const [ada, lin] = [randomUUID(), randomUUID()];
    let api: PostgrestStandIn;
    let anonymous: SupabaseClient;
    let server: SupabaseClient;
    let everybody: readonly (readonly [who: string, client: SupabaseClient])[];

    async function browserOf(
      sub: string,
      { secret = jwtSecret, seconds = 600 } = {},
    ): Promise<SupabaseClient> {
      const exp = Math.floor(Date.now() / 1000) + seconds;
      const claims = { sub, role: "authenticated", aud: "authenticated", exp };
      const token = await makeToken(secretSigner(secret), claims);
      return createClient(api.url, await keyOf("anon"), { accessToken: async () => token });
    }

    beforeAll(async () => {
      const url = Object.assign(new URL(project().ownerUrl), { username: "authenticator" }).href;
      api = await openPostgrest(url, jwtSecret);
      anonymous = serverClient(api.url, await keyOf("anon"));
      server = serverClient(api.url, await keyOf("service_role"));
      everybody = [
        ["anon", anonymous],
        ["a user", await browserOf(ada)],
        ["the server", server],
      ];
      const book = openBook(project());
      for (const user of [ada, lin]) {
        await book.call("grant", { p_wallet_id: user, p_amount: 50, p_idempotency_key: "start" });
        await book.start({ user });
      }
    });
    afterAll(() => api?.close());

    it("shows a user exactly their own rows", async () => {
      for (const user of [ada, lin]) {
        const browser = await browserOf(user);
        for (const name of names) {
          const { data, error } = await browser.from(name).select("user_id");
          const own = ["models", "input_assets"].includes(name) ? [] : [{ user_id: user }];
          expect({ name, data, error }).toEqual({ name, data: own, error: null });
        }
        // Nor by asking for another's.
        const others = await browser
          .from("assets")
          .select("id")
          .eq("user_id", user === ada ? lin : ada);
        expect(others.data).toEqual([]);
      }
    });

    it("shows nothing to nobody, to a token that has ended, and to one of another project", async () => {
      const past = await browserOf(ada, { seconds: -60 });
      const foreign = await browserOf(ada, { secret: `${jwtSecret}!` });
      for (const name of names) {
        const told = await Promise.all(
          [anonymous, past, foreign].map(async (client) => {
            const { data, error, status } = await client.from(name).select("user_id");
            return { data, code: error?.code, status };
          }),
        );
        expect(told, name).toEqual([
          { data: null, code: "42501", status: 401 },
          { data: null, code: "PGRST303", status: 401 },
          { data: null, code: "PGRST301", status: 401 },
        ]);
      }
    });

    it("writes nothing, whoever shows it", async () => {
      for (const [who, client] of everybody)
        for (const name of names) {
          const tried = await Promise.all([
            client.from(name).insert({ user_id: ada }),
            client.from(name).update({ user_id: ada }).eq("user_id", ada),
            client.from(name).delete().eq("user_id", ada),
          ]);
          // Postgres asks a view whether it can be written at all before it asks who writes.
          for (const { error } of tried) expect(error?.code, `${who}: ${name}`).toMatch(/^(42501|55000)$/);
        }
      expect((await server.from("assets").select("id").eq("user_id", ada)).data).toHaveLength(1);
    });

    it("executes no function of ours, but for the server's", async () => {
      const functions = await project().query<{ name: string; parameters: string[] }>(`
        select proname as name, coalesce(proargnames[1:pronargs], '{}') as parameters
          from pg_proc where pronamespace = 'public'::regnamespace and proname like 'genbff\\_%' order by 1`);
      expect(functions.length).toBeGreaterThan(60);
      const clients = everybody.filter(([, client]) => client !== server);
      for (const { name, parameters } of functions) {
        const args = Object.fromEntries(parameters.map((parameter) => [parameter, null]));
        const told = await Promise.all(clients.map(([, client]) => client.rpc(name, args)));
        expect(
          told.map(({ error }) => error),
          name,
        ).toEqual(clients.map(() => expect.objectContaining(refused)));
      }
      expect((await server.rpc("genbff_balance", { p_wallet_id: ada })).data).toMatchObject({
        available: 49,
      });
    });

    it("adds rows of its own user to input_assets where the project allows it, and nowhere else", async () => {
      const browser = await browserOf(ada);
      const row = { user_id: ada, asset_url: "https://files.example/a.png" };
      const add = async (client: SupabaseClient, values: object) =>
        (await client.from("input_assets").insert(values)).error;
      expect(await add(browser, row)).toMatchObject(refused);
      await project().migrate("--client-rows", "on");
      try {
        expect(await add(browser, row)).toBeNull();
        expect(await add(browser, { ...row, user_id: lin })).toMatchObject(refused);
        for (const client of [anonymous, server]) expect(await add(client, row)).toMatchObject(refused);
        const { data } = await browser.from("input_assets").select("user_id,asset_url");
        expect(data).toEqual([row]);
        expect((await (await browserOf(lin)).from("input_assets").select("user_id")).data).toEqual([]);
        for (const { error } of await Promise.all([
          browser
            .from("input_assets")
            .update({ asset_url: "https://files.example/b.png" })
            .eq("user_id", ada),
          browser.from("input_assets").delete().eq("user_id", ada),
          browser.from("user_credits").insert({ user_id: ada }),
        ]))
          expect(error).toMatchObject(refused);
      } finally {
        await project().migrate("--client-rows", "off");
      }
    });
  });
}
