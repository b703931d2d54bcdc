import { expect, it } from "vitest";
import { balance, movementPage, quote } from "../contract/credits.ts";
import { operationList } from "../contract/operation.ts";
import { taskPage, taskTree } from "../contract/task.ts";
import { ask, send } from "./host-request.ts";
import { type Given, pictures } from "./host-suite-generations.ts";
import { testPrices } from "./test-bff.ts";

/** Lists, trees, prices and the state of the house. */
export function readingStories({ host }: Given): void {
  it("lists tasks page by page, newest first", async () => {
    const as = "lister";
    for (const at of [1, 2, 3])
      await ask(host(), pictures({ task_id: `r-list-${at}` }, { headers: { prefer: "wait=15" }, as }));
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const path: string = `/tasks?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = taskPage.parse((await ask(host(), { path, as })).body);
      seen.push(...page.items.map(({ task_id }) => task_id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(["r-list-3", "r-list-2", "r-list-1"]);
    const first = await ask<{ next_cursor: string }>(host(), { path: "/tasks?limit=2", as });
    const foreign = await ask(host(), { path: `/tasks?cursor=${first.body.next_cursor}`, as: "bob" });
    expect(foreign).toMatchObject({ status: 400, body: { error: "validation_failed" } });
    const elsewhere = await ask(host(), { path: `/credits/history?cursor=${first.body.next_cursor}`, as });
    expect(elsewhere.status).toBe(400);
  });

  it("shows a task as the contract says", async () => {
    await ask(host(), pictures({ task_id: "r-tree", n: 2 }, { headers: { prefer: "wait=15" } }));
    const tree = taskTree.parse((await ask(host(), { path: "/tasks/r-tree" })).body);
    expect(tree.generations).toMatchObject([
      { input: { prompt: "a cat", n: 2 }, assets: [{ index: 0 }, { index: 1 }] },
    ]);
    const named = await ask(host(), { path: "/tasks/r-tree/status?service=studio" });
    expect(named).toMatchObject({ status: 200, body: { task_id: "r-tree" } });
    expect((await ask(host(), { path: "/tasks/r-tree/status?service=other" })).status).toBe(404);
  });

  it("tells every movement of a wallet, page by page", async () => {
    const as = "spender";
    await ask(host(), pictures({ task_id: "r-money", n: 2 }, { headers: { prefer: "wait=15" }, as }));
    await ask(
      host(),
      pictures({ task_id: "r-money", prompt: "[refused]" }, { headers: { prefer: "wait=15" }, as }),
    );
    const kinds: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const path: string = `/credits/history?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const page = movementPage.parse((await ask(host(), { path, as })).body);
      kinds.push(...page.items.map(({ kind, amount }) => `${kind} ${amount}`));
      cursor = page.next_cursor;
    }
    expect(kinds).toEqual(["release 5", "hold 5", "capture 10", "hold 10", "grant 100"]);
    expect(balance.parse((await ask(host(), { path: "/credits/balance", as })).body)).toMatchObject({
      available: 90,
      held: 0,
      lifetime_spent: 10,
    });
  });

  it("quotes what will be held, and honours it", async () => {
    const json = { operation: "text-to-image", prompt: "a cat", n: 3 };
    const quoted = quote.parse(
      (await ask(host(), { method: "POST", path: "/quotes", json, as: "quoter" })).body,
    );
    expect(quoted.credits).toBe(3 * testPrices.picture);
    const started = await ask(
      host(),
      pictures({ task_id: "r-quote", n: 3, quote_id: quoted.quote_id }, { as: "quoter" }),
    );
    expect(started).toMatchObject({ status: 202, body: { credits: { held: quoted.credits } } });
  });

  it("describes what it offers", async () => {
    const { body } = await ask(host(), { path: "/operations" });
    const { operations } = operationList.parse(body);
    expect(operations.map(({ operation }) => operation)).toEqual(["text-to-image", "image-to-image"]);
    expect(operations[0]).toMatchObject({
      providers: [{ provider: "studio", price: { credits: 5, per: "output" } }],
    });
    const api = await ask<{ paths: Record<string, unknown> }>(host(), { path: "/openapi.json", as: null });
    expect(Object.keys(api.body.paths)).toEqual(
      expect.arrayContaining(["/generate/text-to-image", "/tasks/{id}/events"]),
    );
  });

  it("says how it is, to everybody", async () => {
    expect(await ask(host(), { path: "/health", as: null })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    expect(await ask(host(), { path: "/ready", as: null })).toMatchObject({
      status: 200,
      body: { status: "ready" },
    });
    const head = await send(host(), { method: "HEAD", path: "/health", as: null });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("gives every answer an id, and keeps a sane one that it was given", async () => {
    const given = await send(host(), {
      path: "/health",
      as: null,
      headers: { "x-request-id": "proxy-12345678" },
    });
    expect(given.headers.get("x-request-id")).toBe("proxy-12345678");
    const odd = await send(host(), { path: "/health", as: null, headers: { "x-request-id": "a b; drop" } });
    expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("names the methods that a path has", async () => {
    const { headers } = await ask(host(), { method: "DELETE", path: "/uploads" });
    expect(headers.get("allow")).toBe("POST");
  });
}
