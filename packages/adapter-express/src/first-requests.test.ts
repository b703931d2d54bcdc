import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../core/src/database/port.ts";
import { postgres } from "../../core/src/database/postgres.ts";
import { createTestDatabase, type TestDatabase } from "../../core/src/testing/embedded/test-database.ts";
import { createTestBff, type TestBff, testPrices, testToken } from "../../core/src/testing/test-bff.ts";
import { toExpress } from "./to-express.ts";

// Two servers on one Postgres, as behind a load balancer.

let database: TestDatabase;
let second: Database;
const bffs: TestBff[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  second = postgres(database.url);
  bffs.push(...(await Promise.all([createTestBff(database.database), createTestBff(second)])));
  for (const { bff } of bffs)
    servers.push(createServer(express().use("/api", toExpress(bff))).listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => server.listening || once(server, "listening")));
});
afterAll(async () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  await Promise.all(bffs.map((one) => one.stop()));
  await second.close();
  await database.close();
});

const addressOf = (index: number) => {
  const address = servers[index % servers.length]?.address() as AddressInfo | undefined;
  return `http://127.0.0.1:${address?.port}/api`;
};
const ask = async (index: number, userId: string, path: string, json?: object) => {
  const headers = {
    authorization: `Bearer ${await testToken(userId)}`,
    ...(json ? { "content-type": "application/json" } : {}),
  };
  const init = json ? { method: "POST", body: JSON.stringify(json) } : {};
  const response = await fetch(addressOf(index) + path, { ...init, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const grantsOf = (walletId: string) =>
  database.query<{ amount: string }>(
    "select amount from genbff.transactions where wallet_id = $1 and kind = 'grant'",
    [walletId],
  );

describe("first requests of a user that come together", () => {
  it.each([
    ["one server", 1],
    ["two servers", 2],
  ])("make one wallet and one sign-up grant: fifty, to %s", async (_, count) => {
    const userId = `newcomer of ${count}`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => ask(index % count, userId, "/credits/balance")),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, body: { available: testPrices.signUp } });
    expect(await grantsOf(userId)).toEqual([{ amount: String(testPrices.signUp) }]);
    const wallets = await database.query("select from public.user_credits where user_id = $1", [userId]);
    expect(wallets).toHaveLength(1);
  });

  it("spend the grant once: fifty generations to two servers, before anything else was asked", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        ask(index, "spender", "/generate/text-to-image", { task_id: `first-${index}`, prompt: "a lamp" }),
      ),
    );
    // As many as may be open at once are taken while the first ones run; those that end make place for more.
    const taken = answers.filter(({ status }) => status === 202).length;
    expect(taken).toBeGreaterThan(0);
    expect(taken * testPrices.picture).toBeLessThanOrEqual(testPrices.signUp);
    const refused = answers.filter(({ status }) => status !== 202).map(({ body }) => body.error);
    expect(["too_many_generations", "insufficient_credits"]).toEqual(
      expect.arrayContaining([...new Set(refused)]),
    );
    expect(await grantsOf("spender")).toHaveLength(1);
  });

  it("of many users are one grant each", async () => {
    const users = Array.from({ length: 10 }, (_, index) => `one of many ${index}`);
    await Promise.all(users.flatMap((userId) => [0, 1, 2, 3].map((index) => ask(index, userId, "/tasks"))));
    for (const userId of users) expect(await grantsOf(userId)).toHaveLength(1);
  });

  it("leave the books in order", async () => {
    expect(await bffs[0]?.bff.database.call("genbff_violations", {})).toEqual([]);
  });
});

describe("the header on a real line", () => {
  const send = async (authorization: readonly string[]) => {
    const headers = ["Host", "bff.test", ...authorization.flatMap((value) => ["Authorization", value])];
    const asked = request(`${addressOf(0)}/tasks`, { headers }).end();
    const [response] = await once(asked, "response");
    return { status: response.statusCode, error: JSON.parse(await text(response)).error };
  };

  it("is refused when it is there twice, whichever of them is good", async () => {
    const good = `Bearer ${await testToken("ada")}`;
    expect((await send([good])).status).toBe(200);
    for (const twice of [
      [good, good],
      [good, "Bearer cat"],
      ["Bearer cat", good],
      [good, "Basic YTpi"],
      ["", good],
      [good, ""],
    ])
      expect(await send(twice)).toEqual({ status: 401, error: "unauthenticated" });
  });
});
