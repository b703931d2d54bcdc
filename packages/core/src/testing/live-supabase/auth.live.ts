import { randomUUID } from "node:crypto";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../../errors/app-error.ts";
import { supabaseAuth } from "../../supabase/auth.ts";
import { serverClient } from "../postgrest/supabase-project.ts";
import { liveProject } from "./project.ts";

// Against a real project: a user of our own is made, signs in, and is removed. `SUPABASE_JWT_SECRET` where the project signs with it.

const { url, serviceRoleKey, anonKey, jwtSecret } = liveProject();
const admin = serverClient(url, serviceRoleKey).auth.admin;
const auth = supabaseAuth({ url, jwtSecret });
const ask = (token: string) =>
  auth.authenticate(new Request("http://bff.test", { headers: { authorization: `Bearer ${token}` } }));

it("lets in none of the project's own keys", async () => {
  for (const key of [serviceRoleKey, anonKey])
    if (key !== undefined)
      await expect(ask(key)).rejects.toSatisfy((error) => isAppError(error, "invalid_token"));
});

describe.skipIf(anonKey === undefined)("a user who signs in (needs SUPABASE_ANON_KEY)", () => {
  const password = randomUUID();
  const email = `genbff-test-${randomUUID()}@example.com`;
  let userId: string;
  let token: string;
  beforeAll(async () => {
    const made = await admin.createUser({ email, password, email_confirm: true });
    if (made.error) throw made.error;
    userId = made.data.user.id;
    const { data, error } = await serverClient(url, anonKey ?? "").auth.signInWithPassword({
      email,
      password,
    });
    if (error) throw error;
    token = data.session.access_token;
  });
  afterAll(async () => {
    const { error } = await admin.deleteUser(userId);
    if (error) throw error;
  });

  it("is let in as the user of the project, and not as an operator", async () => {
    expect(await ask(token)).toMatchObject({ userId, admin: false });
    await expect(ask(`${token.slice(0, -6)}AAAAAA`)).rejects.toSatisfy((error) =>
      isAppError(error, "invalid_token"),
    );
  });

  it("reads no rows but their own, writes none, and executes no function", async () => {
    const browser = createClient(url, anonKey ?? "", { accessToken: async () => token });
    for (const name of ["assets", "input_assets", "user_credits", "credit_transactions"]) {
      const { data, error } = await browser.from(name).select("user_id");
      expect({ name, data, error }).toEqual({ name, data: [], error: null });
    }
    expect((await browser.from("user_credits").insert({ user_id: userId })).error).toMatchObject({
      code: "42501",
    });
    expect((await browser.rpc("genbff_balance", { p_wallet_id: userId })).error).toMatchObject({
      code: "42501",
    });
  });
});
