import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { statusOf } from "./status.ts";
import { createSupabaseProject, jwtSecret, keyOf, type SupabaseProject } from "./supabase-project.ts";

// The stand-in against PostgREST's documentation, whose examples these are: https://docs.postgrest.org/en/v14.

let project: SupabaseProject;
beforeAll(async () => {
  project = await createSupabaseProject();
  // The examples stand on a Postgres where what is made is open; our migrations have closed that.
  await project.query("alter default privileges grant execute on functions to public");
  await project.query("create sequence public.callcounter_count");
  await project.query("grant usage on sequence public.callcounter_count to anon, authenticated");
  for (const [name, language, body, more] of [
    ["add_them(a integer, b integer) returns integer", "sql", "select a + b", "immutable"],
    ["plus_one(arr int[]) returns int[]", "sql", "select array_agg(n + 1) from unnest($1) as n", ""],
    ["nothing() returns void", "sql", "select", ""],
    ["upto(n integer) returns setof integer", "sql", "select generate_series(1, n)", ""],
    ["callcounter() returns bigint", "sql", "select nextval('public.callcounter_count')", "stable"],
    [
      "limited() returns text",
      "sql",
      "select current_setting('statement_timeout')",
      "set statement_timeout to '4s'",
    ],
    ["claims() returns json", "sql", "select current_setting('request.jwt.claims', true)::json", ""],
    ["who() returns text", "sql", "select current_user", ""],
  ])
    await project.query(`create function public.${name} language ${language} ${more} as $$ ${body} $$`);
  await project.query(`create function public.quota() returns void language plpgsql as $$ begin
    raise sqlstate 'PT402' using message = 'Payment Required', detail = 'Quota exceeded', hint = 'Upgrade your plan';
  end $$`);
  await project.query("create function public.closed() returns text language sql as $$ select 'open' $$");
  await project.query("revoke all on function public.closed() from public, anon, authenticated");
}, 60_000);
afterAll(() => project?.close());

async function post(path: string, body: unknown, token?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${project.postgrest.url}/rest/v1/rpc/${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

it("calls with the keys of the object as arguments, each of its parameter's type", async () => {
  expect(await post("add_them", { a: 1, b: 2 })).toEqual({ status: 200, body: 3 });
  expect(await post("add_them", { a: "1", b: null })).toEqual({ status: 200, body: null });
  expect(await post("plus_one", { arr: [1, 2, 3, 4] })).toEqual({ status: 200, body: [2, 3, 4, 5] });
  expect(await post("nothing", {})).toEqual({ status: 204, body: undefined });
  expect(await post("upto", { n: 3 })).toEqual({ status: 200, body: [1, 2, 3] });
});

it("answers for what it does not find, or cannot read", async () => {
  expect(await post("add_them", { a: 1 })).toMatchObject({
    status: 404,
    body: { code: "PGRST202", hint: null },
  });
  expect(await post("add_them", { a: 1, b: 2, c: 3 })).toMatchObject({ status: 404 });
  expect(await post("nonexistent_function", {})).toMatchObject({ status: 404, body: { code: "PGRST202" } });
  expect(await post("add_them", "[1, 2]")).toMatchObject({ status: 400, body: { code: "PGRST102" } });
  expect(await post("add_them", "{")).toMatchObject({ status: 400, body: { code: "PGRST102" } });
  expect(await post("who", {}, undefined, { "content-profile": "genbff" })).toMatchObject({
    status: 406,
    body: { code: "PGRST106" },
  });
  expect(await post("add_them", { a: "x", b: 1 })).toMatchObject({ status: 400, body: { code: "22P02" } });
});

it("forwards a raised error whole, with the status in its PTxyz", async () => {
  expect(await post("quota", {})).toEqual({
    status: 402,
    body: {
      message: "Payment Required",
      details: "Quota exceeded",
      hint: "Upgrade your plan",
      code: "PT402",
    },
  });
});

it("runs what promises to change nothing read-only, and with the function's own time limit", async () => {
  expect(await post("callcounter", {})).toEqual({
    status: 405,
    body: {
      code: "25006",
      details: null,
      hint: null,
      message: "cannot execute nextval() in a read-only transaction",
    },
  });
  expect(await post("limited", {})).toEqual({ status: 200, body: "4s" });
});

it("becomes the role that the token names, for one transaction", async () => {
  for (const role of ["authenticated", "service_role"] as const) {
    expect(await post("who", {}, await keyOf(role))).toMatchObject({ body: role });
    expect(await post("claims", {}, await keyOf(role))).toMatchObject({ body: { role, iss: "supabase" } });
  }
  expect(await post("who", {})).toMatchObject({ body: "anon" });
  expect(await post("claims", {})).toMatchObject({ body: { role: "anon" } });
  const signed = (token: SignJWT, secret = jwtSecret) =>
    token.setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(secret));
  const user = await signed(new SignJWT({ sub: "ada", role: "authenticated" }));
  expect(await post("claims", {}, user)).toMatchObject({ body: { sub: "ada" } });
  const past = await signed(new SignJWT({ role: "service_role" }).setExpirationTime(1));
  expect(await post("who", {}, past)).toMatchObject({ status: 401, body: { code: "PGRST303" } });
  const foreign = await signed(new SignJWT({ role: "service_role" }), "another secret of the same length..");
  expect(await post("who", {}, foreign)).toMatchObject({ status: 401, body: { code: "PGRST301" } });
});

it("tells who is anonymous from who is not allowed", async () => {
  expect(await post("closed", {})).toMatchObject({ status: 401, body: { code: "42501" } });
  const refused = { status: 403, body: { code: "42501" } };
  expect(await post("closed", {}, await keyOf("authenticated"))).toMatchObject(refused);
});

it("reads and writes rows as the token's role, with filters, and gives nothing back", async () => {
  await project.query("create table public.people (id int primary key, age int, grade text)");
  await project.query("alter table public.people enable row level security");
  await project.query("create policy grown on public.people for select to authenticated using (age >= 18)");
  await project.query("insert into public.people values (1, 20, 'A'), (2, 10, 'B')");
  await project.query("grant select on public.people to authenticated");
  await project.query("grant select, insert, update, delete on public.people to service_role");
  const [server, user] = [await project.client("service_role"), await project.client("authenticated")];
  const all = async (client = server) => (await client.from("people").select("id,grade")).data;
  expect(await all(user)).toEqual([{ id: 1, grade: "A" }]);
  expect((await server.from("people").insert({ id: 3, grade: "C" })).status).toBe(201);
  expect((await server.from("people").update({ grade: "D" }).eq("id", 2)).status).toBe(204);
  expect((await server.from("people").delete().eq("id", 1)).status).toBe(204);
  expect(await all()).toEqual([
    { id: 3, grade: "C" },
    { id: 2, grade: "D" },
  ]);
  expect(await user.from("people").insert({ id: 4 })).toMatchObject({
    status: 403,
    error: { code: "42501" },
  });
  expect(await server.from("nowhere").select("id")).toMatchObject({ status: 404 });
});

it.each([
  ["23502", 400],
  ["23503", 409],
  ["23505", 409],
  ["40001", 500],
  ["40P01", 500],
  ["53400", 500],
  ["53300", 503],
  ["55P03", 500],
  ["57014", 500],
  ["08006", 503],
  ["P0001", 400],
  ["P0002", 500],
  ["42883", 404],
  ["42601", 400],
  ["PT418", 418],
])("gives %s the status %i", (state, status) => {
  expect(statusOf(state, false)).toBe(status);
});
