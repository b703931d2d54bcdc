import { expect, it } from "vitest";
import type { GenerationCreated, GenerationStatus } from "../contract/generation.ts";
import type { Host } from "./host.ts";
import { ask, type HostRequest, send } from "./host-request.ts";
import { testPrices } from "./test-bff.ts";

/** What the stories are given. */
export interface Given {
  readonly host: () => Host;
  /** It hands over whole answers only. */
  readonly buffers: boolean;
  /** The largest body that it takes. */
  readonly bodyBytesMax: number;
}

/** A request for pictures from words. */
export function pictures(fields: object, more: Partial<HostRequest> = {}): HostRequest {
  return { method: "POST", path: "/generate/text-to-image", json: { prompt: "a cat", ...fields }, ...more };
}

/** Starting, repeating, paying, stopping and trying again. */
export function generationStories({ host }: Given): void {
  it("starts a generation and tells where to look", async () => {
    const { status, headers, body } = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "g-start", n: 2 }),
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({
      task_id: "g-start",
      status: "pending",
      credits: { held: 2 * testPrices.picture },
    });
    expect(headers.get("location")).toBe(body.status_url);
    expect(body.status_url).toBe(`/api/tasks/${body.generation_id}/status`);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("vary")).toContain("Authorization");
  });

  it("waits for the end where that is preferred", async () => {
    const wanted = pictures({ task_id: "g-wait" }, { headers: { prefer: "wait=15" } });
    const { status, headers, body } = await ask<GenerationStatus>(host(), wanted);
    expect(status).toBe(200);
    expect(headers.get("preference-applied")).toBe("wait=15");
    expect(body).toMatchObject({
      status: "complete",
      credits: { held: 0, charged: testPrices.picture },
      next_poll_ms: null,
    });
    expect(body.assets).toHaveLength(1);
  });

  it("answers a failed generation with 200, its code and its sentence", async () => {
    const wanted = pictures(
      { task_id: "g-refused", prompt: "[refused]" },
      { headers: { prefer: "wait=15" } },
    );
    const { status, body } = await ask<GenerationStatus>(host(), wanted);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "failed",
      error: { error: "content_rejected" },
      credits: { held: 0, charged: 0 },
    });
  });

  it("repeats its answer for the same key, and charges once", async () => {
    const wanted = pictures(
      { task_id: "g-repeat" },
      { headers: { "idempotency-key": "repeat me" }, as: "repeater" },
    );
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask<GenerationCreated>(host(), wanted)),
    );
    expect(new Set(answers.map(({ body }) => body.generation_id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(4);
    const other = await ask(host(), { ...wanted, json: { task_id: "g-repeat", prompt: "a dog" } });
    expect(other).toMatchObject({ status: 422, body: { error: "idempotency_key_reused" } });
  });

  it("refuses what the wallet cannot pay, and says how much that is", async () => {
    const each = Array.from({ length: 6 }, (_, at) =>
      pictures({ task_id: `g-poor-${at}`, prompt: "[endless]", n: 4 }, { as: "poor" }),
    );
    const answers = await Promise.all(each.map((request) => ask(host(), request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 202, 202, 402]);
    const refused = answers.find(({ status }) => status === 402);
    expect(refused?.body).toMatchObject({
      error: "insufficient_credits",
      details: { required: 20, available: 0 },
    });
  });

  it("refuses more than a user may have open, and says when to come back", async () => {
    const started: string[] = [];
    const as = "busy";
    for (let at = 0; at < 8; at++) {
      const wanted = pictures({ task_id: "g-busy", prompt: "[endless]" }, { as });
      started.push((await ask<GenerationCreated>(host(), wanted)).body.generation_id);
    }
    const refused = await ask(host(), pictures({ task_id: "g-busy" }, { as }));
    expect(refused).toMatchObject({ status: 429, body: { error: "too_many_generations" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    for (const id of started) await send(host(), { method: "POST", path: `/generations/${id}/cancel`, as });
  });

  it("cancels what runs, and refuses to cancel what has ended", async () => {
    const { body } = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "g-cancel", prompt: "[endless]" }),
    );
    const path = `/generations/${body.generation_id}/cancel`;
    expect((await ask(host(), { method: "POST", path })).status).toBe(200);
    const ended = await ask<GenerationStatus>(host(), {
      path: `/tasks/${body.generation_id}/status?wait=10&version=99`,
    });
    expect(ended.body).toMatchObject({
      status: "cancelled",
      error: { error: "cancelled" },
      credits: { held: 0, charged: 0 },
    });
    const done = await ask<GenerationStatus>(
      host(),
      pictures({ task_id: "g-done" }, { headers: { prefer: "wait=15" } }),
    );
    const late = await ask(host(), {
      method: "POST",
      path: `/generations/${done.body.generation_id}/cancel`,
    });
    expect(late).toMatchObject({ status: 409, body: { error: "not_cancellable" } });
  });

  it("tries an ended generation again, and not one that runs", async () => {
    const first = await ask<GenerationStatus>(
      host(),
      pictures({ task_id: "g-retry" }, { headers: { prefer: "wait=15" } }),
    );
    const path = `/generations/${first.body.generation_id}/retry`;
    const again = await ask<GenerationCreated>(host(), { method: "POST", path });
    expect(again).toMatchObject({ status: 202, body: { task_id: "g-retry" } });
    const tree = await ask<{ generations: { retry_of: string | null }[] }>(host(), {
      path: "/tasks/g-retry",
    });
    expect(tree.body.generations.map(({ retry_of }) => retry_of)).toEqual([null, first.body.generation_id]);
    const running = await ask<GenerationCreated>(
      host(),
      pictures({ task_id: "g-runs", prompt: "[endless]" }),
    );
    const early = await ask(host(), {
      method: "POST",
      path: `/generations/${running.body.generation_id}/retry`,
    });
    expect(early).toMatchObject({ status: 409, body: { error: "not_retryable" } });
    await send(host(), { method: "POST", path: `/generations/${running.body.generation_id}/cancel` });
  });

  it("keeps users apart", async () => {
    const { body } = await ask<GenerationStatus>(
      host(),
      pictures({ task_id: "g-mine" }, { headers: { prefer: "wait=15" } }),
    );
    const id = body.generation_id;
    const asset = body.assets[0]?.asset_id;
    const foreign: HostRequest[] = [
      { path: `/tasks/${id}/status` },
      { path: "/tasks/g-mine/status" },
      { path: "/tasks/g-mine" },
      { path: "/tasks/g-mine/events" },
      { method: "POST", path: "/tasks/g-mine/events/ticket" },
      { method: "POST", path: `/generations/${id}/cancel` },
      { method: "POST", path: `/generations/${id}/retry` },
      { path: `/assets/${asset}/url` },
    ];
    for (const request of foreign) {
      expect(await ask(host(), { ...request, as: "bob" }), request.path).toMatchObject({
        status: 404,
        body: { error: "not_found" },
      });
    }
    const taken = await ask(host(), pictures({ task_id: "g-mine" }, { as: "bob" }));
    expect(taken).toMatchObject({ status: 409, body: { error: "task_id_taken" } });
    const borrowed = { method: "POST", path: "/generate/image-to-image", as: "bob" } as const;
    const byId = await ask(host(), {
      ...borrowed,
      json: { task_id: "b", prompt: "x", input_image_asset_url: asset },
    });
    expect(byId).toMatchObject({ status: 404, body: { error: "not_found" } });
    const byUrl = await ask(host(), {
      ...borrowed,
      json: { task_id: "b", prompt: "x", input_image_asset_url: body.asset_url },
    });
    expect(byUrl).toMatchObject({ status: 400, body: { error: "asset_url_not_allowed" } });
  });
}
