import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { databaseSuite } from "../testing/database-suite.ts";
import {
  createSupabaseProject,
  keyOf,
  type SupabaseProject,
  serverClient,
} from "../testing/postgrest/supabase-project.ts";
import { supabase } from "./database.ts";

let project: SupabaseProject;
beforeAll(async () => {
  project = await createSupabaseProject();
}, 60_000);
afterAll(() => project?.close());

databaseSuite("supabase", async (suiteFunctions) => {
  const made = await createSupabaseProject({ migrations: [suiteFunctions] });
  return { ...made.database, close: made.close };
});

const unavailable = (error: unknown) => isAppError(error, "unavailable");

it("asks once for each call", async () => {
  const before = project.postgrest.requests();
  await project.database.call("genbff_ready", {});
  await project.database.call("genbff_balance", { p_wallet_id: "ada" });
  expect(project.postgrest.requests() - before).toBe(2);
});

it("calls what is in public, whatever schema the client prefers", async () => {
  const key = await keyOf("service_role");
  const client = createClient(project.postgrest.url, key, { db: { schema: "elsewhere" } });
  expect(await supabase(client).call("genbff_ready", {})).toEqual({ ready: true });
});

it("takes the client of a team that has types for its tables", async () => {
  type Tables = {
    public: { Tables: object; Views: object; Functions: { mine: { Args: { a: number }; Returns: string } } };
  };
  const typed: SupabaseClient<Tables> = await project.client("service_role");
  expect(await supabase(typed).call("genbff_ready", {})).toEqual({ ready: true });
});

it("answers no more after it was closed", async () => {
  const database = supabase(await project.client("service_role"));
  await database.close();
  await expect(database.call("genbff_ready", {})).rejects.toSatisfy(unavailable);
});

describe("a key that is not the service role's", () => {
  it.each(["anon", "authenticated"] as const)("is named at the first call: %s", async (role) => {
    const database = supabase(await project.client(role));
    await expect(database.migrate?.([])).rejects.toThrow(/did not let us call .*service_role key/);
    await expect(
      database.call("genbff_grant", { p_wallet_id: "eve", p_amount: 1, p_idempotency_key: "a" }),
    ).rejects.toThrow("did not let us call genbff_grant");
    expect(await project.query("select from public.user_credits where user_id = 'eve'")).toEqual([]);
  });

  it("is named at the first call: of another project", async () => {
    const key = await keyOf("service_role", "another secret of thirty-two characters");
    const database = supabase(serverClient(project.postgrest.url, key));
    await expect(database.call("genbff_ready", {})).rejects.toThrow(/HTTP 401, PGRST301/);
  });
});

describe("a schema that", () => {
  it("is missing is named at the start, with what to run", async () => {
    const empty = await createSupabaseProject({ empty: true });
    await expect(empty.database.migrate?.([])).rejects.toThrow("bff migrate");
    await expect(empty.database.call("genbff_ready", {})).rejects.toThrow("bff migrate");
    await empty.close();
  });

  it("is older than the library is named at the start, with what it lacks", async () => {
    const older = await createSupabaseProject();
    await older.query(
      "delete from genbff.migrations where name in ('0006_hand_over.sql', '0007_providers.sql')",
    );
    await expect(older.database.migrate?.([])).rejects.toThrow(
      "lacks 2 migrations, from core/0006_hand_over.sql on",
    );
    const asked = older.postgrest.requests();
    const unasked = supabase(await older.client("service_role"), { migrate: false });
    await unasked.migrate?.([]);
    expect(older.postgrest.requests()).toBe(asked);
    await older.query("update genbff.migrations set checksum = 'other' where number = 1");
    await expect(older.database.migrate?.([])).rejects.toThrow("was edited after it was applied");
    await older.close();
  });
});

describe.concurrent("a server that", () => {
  /** Answers by hand; resolves to a database behind it, and how often it was asked. */
  async function standIn(listener: RequestListener, callTimeoutMs = 30_000) {
    let asked = 0;
    const stand = createServer((request, response) => {
      asked += 1;
      listener(request, response);
    }).listen(0, "127.0.0.1");
    await once(stand, "listening");
    const url = `http://127.0.0.1:${(stand.address() as AddressInfo).port}`;
    const database = supabase(serverClient(url, await keyOf("service_role")), { callTimeoutMs });
    return {
      url,
      database,
      asked: () => asked,
      async close() {
        const closed = once(stand, "close");
        stand.close();
        stand.closeAllConnections();
        await closed;
      },
    };
  }

  it.each<[string, number, RequestListener]>([
    ["says 503 and nothing more", 4, (_, response) => void response.writeHead(503).end()],
    ["shows a page of its proxy", 4, (_, response) => void response.writeHead(502).end("<html>")],
    ["hangs up", 4, (request) => void request.socket.destroy()],
    [
      "takes no more requests",
      1,
      (_, response) => void response.writeHead(429).end('{"message":"slow down"}'),
    ],
    ["knows nothing of us", 1, (_, response) => void response.writeHead(404).end()],
    ["is a web site", 1, (_, response) => void response.writeHead(200).end("<html>")],
  ])("%s is unavailable, after %i requests", async (_, requests, listener) => {
    const stand = await standIn(listener);
    await expect(stand.database.call("genbff_ready", {})).rejects.toSatisfy(unavailable);
    expect(stand.asked()).toBe(requests);
    await stand.close();
  });

  it("never answers is unavailable when the time for a call is over", async () => {
    const stand = await standIn(() => undefined, 50);
    await expect(stand.database.call("genbff_ready", {})).rejects.toThrow("TimeoutError");
    await stand.close();
  });

  it("never ends its answer is unavailable, too", async () => {
    const stand = await standIn((_, response) => void response.writeHead(200).write('{"ready":'), 50);
    await expect(stand.database.call("genbff_ready", {})).rejects.toSatisfy(unavailable);
    await stand.close();
  });

  it("is not there is unavailable", async () => {
    const stand = await standIn(() => undefined);
    await stand.close();
    const nowhere = [stand.url, "http://no-such-host.invalid"];
    await Promise.all(
      nowhere.map(async (url) => {
        const database = supabase(serverClient(url, await keyOf("service_role")));
        await expect(database.call("genbff_ready", {})).rejects.toSatisfy(unavailable);
        await expect(database.migrate?.([])).rejects.toSatisfy(unavailable);
      }),
    );
  });

  it("comes back is asked again with the same arguments", async () => {
    const bodies: string[] = [];
    const stand = await standIn(async (request, response) => {
      const chunks = await request.setEncoding("utf8").toArray();
      bodies.push(chunks.join(""));
      response.writeHead(bodies.length < 3 ? 504 : 200).end(bodies.length < 3 ? "" : '{"id":"1"}');
    });
    const args = {
      p_wallet_id: "ada",
      p_amount: Number.MAX_SAFE_INTEGER,
      p_more: null,
      p_left_out: undefined,
    };
    expect(await stand.database.call("genbff_grant", args as never)).toEqual({ id: "1" });
    expect(bodies).toEqual(Array(3).fill('{"p_wallet_id":"ada","p_amount":9007199254740991,"p_more":null}'));
    await stand.close();
  });
});

it("sends what JSON does not know as the other drivers do", async () => {
  const endless = { p_wallet_id: Number.NaN, p_amount: 1, p_idempotency_key: Number.POSITIVE_INFINITY };
  await project.database.call("genbff_grant", endless);
  expect(
    await project.query("select idempotency_key from genbff.transactions where wallet_id = 'NaN'"),
  ).toEqual([{ idempotency_key: "Infinity" }]);
  const half = { p_wallet_id: "half \ud83d", p_amount: 1, p_idempotency_key: "a" };
  expect(await project.database.call("genbff_grant", half)).toMatchObject({ amount: 1 });
  expect(await project.database.call("genbff_balance", { p_wallet_id: "half \ufffd" })).toMatchObject({
    available: 1,
  });
});
