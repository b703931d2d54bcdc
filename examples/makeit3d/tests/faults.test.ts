import { randomUUID } from "node:crypto";
import type { FaultRule } from "@genbff/simulator";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { vendorCanary } from "../../../packages/core/src/testing/leaks/vendor-canary.ts";
import { openShop, type Shop } from "./shop.ts";

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(async () => {
  shop.fault();
  // Each fault is looked at by itself: so many in a row would rightly open the vendor's breaker.
  await shop.test.query("delete from genbff.breakers");
});
afterAll(async () => {
  expect(await shop.test.database.call("genbff_violations", {})).toEqual([]);
  await shop.close();
});

const operations = { openai: "text-to-image", tripo: "text-to-model" } as const;

/** What a vendor does, and what the user must see of it. `bought`: what the vendor counts. */
const cases: readonly {
  vendor: keyof typeof operations;
  rule: Partial<FaultRule> & Pick<FaultRule, "kind">;
  end: string;
  bought: number;
}[] = [
  { vendor: "openai", rule: { kind: "moderated" }, end: "content_rejected", bought: 0 },
  { vendor: "openai", rule: { kind: "moderated", details: false }, end: "content_rejected", bought: 0 },
  { vendor: "openai", rule: { kind: "rate_limited", retryAfter: 1 }, end: "complete", bought: 1 },
  { vendor: "openai", rule: { kind: "server_error", status: 500 }, end: "submission_unknown", bought: 0 },
  {
    vendor: "openai",
    rule: { kind: "server_error", status: 502, accepted: true },
    end: "submission_unknown",
    bought: 1,
  },
  { vendor: "openai", rule: { kind: "drop_before_accept" }, end: "submission_unknown", bought: 0 },
  { vendor: "openai", rule: { kind: "drop_after_accept" }, end: "submission_unknown", bought: 1 },
  { vendor: "openai", rule: { kind: "truncated_body" }, end: "submission_unknown", bought: 1 },
  { vendor: "openai", rule: { kind: "nonsense", variant: "html" }, end: "submission_unknown", bought: 1 },
  { vendor: "openai", rule: { kind: "nonsense", variant: "empty" }, end: "submission_unknown", bought: 1 },
  {
    vendor: "openai",
    rule: { kind: "nonsense", variant: "wrong_types" },
    end: "submission_unknown",
    bought: 1,
  },
  { vendor: "openai", rule: { kind: "quota" }, end: "provider_unavailable", bought: 0 },
  { vendor: "openai", rule: { kind: "unauthorized" }, end: "provider_unavailable", bought: 0 },
  { vendor: "tripo", rule: { kind: "moderated", stage: "input" }, end: "content_rejected", bought: 0 },
  { vendor: "tripo", rule: { kind: "rate_limited", retryAfter: 1 }, end: "complete", bought: 1 },
  // This vendor can be asked what became of a lost answer: nothing is lost, nothing is bought twice.
  {
    vendor: "tripo",
    rule: { kind: "server_error", status: 500, accepted: true },
    end: "complete",
    bought: 1,
  },
  { vendor: "tripo", rule: { kind: "drop_after_accept" }, end: "complete", bought: 1 },
  { vendor: "tripo", rule: { kind: "truncated_body" }, end: "complete", bought: 1 },
  { vendor: "tripo", rule: { kind: "nonsense", variant: "html" }, end: "complete", bought: 1 },
  { vendor: "tripo", rule: { kind: "truncated_body", on: "media" }, end: "complete", bought: 1 },
  { vendor: "tripo", rule: { kind: "link_expired" }, end: "complete", bought: 1 },
  { vendor: "tripo", rule: { kind: "unknown_status" }, end: "complete", bought: 1 },
  { vendor: "tripo", rule: { kind: "job_failed" }, end: "provider_failed", bought: 1 },
  { vendor: "tripo", rule: { kind: "quota" }, end: "provider_unavailable", bought: 0 },
  { vendor: "tripo", rule: { kind: "unauthorized" }, end: "provider_unavailable", bought: 0 },
];

describe("a vendor that misbehaves", () => {
  it.each(cases.map((one) => ({ ...one, name: `${one.vendor} ${JSON.stringify(one.rule)}` })))(
    "$name ends as $end",
    async ({ vendor, rule, end, bought }) => {
      const user = `user-${randomUUID()}`;
      const before = shop.simulator.purchases().length;
      shop.fault({ vendor, ...rule } as FaultRule);
      const status = await shop.make(user, operations[vendor], {
        // Named: of this vendor alone is asked, and no other may step in.
        provider: vendor,
        prompt: `a lamp ${randomUUID()}`,
      });
      const balance = (await shop.ask(user, "/credits/balance")).json;

      expect(shop.simulator.purchases().length - before).toBe(bought);
      expect(status.error?.error ?? status.status).toBe(end);
      expect(balance.held).toBe(0);
      expect(balance.available).toBe(100 - status.credits.charged);
      expect(status.credits.charged).toBe(status.status === "complete" ? (vendor === "openai" ? 1 : 8) : 0);
    },
  );

  it("keeps an orphan of each sale that nobody can have, and of no other", async () => {
    const rows = await shop.test.query<{ code: string; orphans: string }>(
      "select g.error_code as code, count(o.id) as orphans from genbff.generations g left join genbff.orphans o on o.generation_id = g.id and o.state = 'open' where g.status = 'failed' group by g.id, g.error_code",
    );
    for (const { code, orphans } of rows)
      expect(orphans, code).toBe(code === "submission_unknown" ? "1" : "0");
  });
});

describe("money", () => {
  it("sells the last credit once to two requests at the same time", async () => {
    const poor = await openShop({ credits: 1 });
    try {
      const ask = () =>
        poor.ask("ada", "/generate/text-to-image", { task_id: `t-${randomUUID()}`, prompt: "a compass" });
      const [one, two] = await Promise.all([ask(), ask()]);
      expect([one?.status, two?.status].sort()).toEqual([202, 402]);
      const refused = one?.status === 402 ? one : two;
      expect(refused?.json).toMatchObject({
        error: "insufficient_credits",
        details: { required: 1, available: 0 },
      });
      const id = (one?.status === 202 ? one : two)?.json.generation_id;
      await poor.ask("ada", `/tasks/${id}/status?wait=20&version=99`);
      expect(poor.simulator.purchases()).toHaveLength(1);
      expect(await poor.test.database.call("genbff_violations", {})).toEqual([]);
    } finally {
      await poor.close();
    }
  });

  it("leaves no copy of a foreign picture behind when there is no credit for it", async () => {
    const poor = await openShop({ credits: 0 });
    try {
      const asVendor = { authorization: "Bearer tsk_x", "content-type": "application/json" };
      const tripo = `${poor.simulator.url}/tripo/v3`;
      const made = await fetch(`${tripo}/generation/text-to-model`, {
        method: "POST",
        headers: asVendor,
        body: JSON.stringify({ model: "v3.1-20260211", prompt: "a lamp" }),
      });
      const { data } = (await made.json()) as { data: { task_id: string } };
      let url: string | undefined;
      await expect
        .poll(async () => {
          const task = (await (
            await fetch(`${tripo}/tasks/${data.task_id}`, { headers: asVendor })
          ).json()) as { data: { output?: { rendered_image_url?: string } } };
          url = task.data.output?.rendered_image_url;
          return url;
        })
        .toBeDefined();
      const refused = await poor.ask("ada", "/generate/image-to-model", {
        task_id: "t",
        input_image_asset_urls: [url],
      });
      expect(refused.json.error).toBe("insufficient_credits");
      expect(await poor.test.query("select 1 from public.input_assets")).toEqual([]);
    } finally {
      await poor.close();
    }
  });

  it("delivers and charges what arrived of three pictures, and says of each other one why it is missing", async () => {
    shop.fault({ vendor: "openai", kind: "truncated_body" });
    const status = await shop.make("joan", "text-to-image", {
      provider: "openai",
      prompt: `three lamps ${randomUUID()}`,
      n: 3,
    });
    expect(status.status).toBe("complete");
    expect(status.assets.length + status.failures.length).toBe(3);
    expect(status.assets.length).toBeGreaterThan(0);
    expect(status.failures.length).toBeGreaterThan(0);
    for (const failure of status.failures) expect(failure.error).toBe("output_unavailable");
    expect(status.credits).toEqual({ held: 0, charged: status.assets.length });
    expect((await shop.ask("joan", "/credits/balance")).json.available).toBe(100 - status.assets.length);
  });

  it("starts one generation for a key, however often and however parallel it is sent", async () => {
    const body = { task_id: `t-${randomUUID()}`, prompt: "a compass" };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        shop.ask("grace", "/generate/text-to-image", body, { "idempotency-key": "once" }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.json.generation_id)).size).toBe(1);
    expect(answers.every((answer) => answer.status === 202)).toBe(true);
    expect(answers.filter((answer) => answer.headers.get("idempotency-replayed") === null)).toHaveLength(1);
    expect(
      (
        await shop.ask(
          "grace",
          "/generate/text-to-image",
          { ...body, prompt: "another" },
          { "idempotency-key": "once" },
        )
      ).json.error,
    ).toBe("idempotency_key_reused");
  });

  it("holds what was quoted, and honours the quote", async () => {
    const quote = (
      await shop.ask("lin", "/quotes", {
        operation: "text-to-image",
        provider: "openai",
        n: 3,
        quality: "high",
      })
    ).json;
    expect(quote.credits).toBe(6);
    const body = {
      task_id: `t-${randomUUID()}`,
      provider: "openai",
      prompt: "a compass",
      n: 3,
      quality: "high",
      quote_id: quote.quote_id,
    };
    expect((await shop.ask("lin", "/generate/text-to-image", { ...body, n: 2 })).json.error).toBe(
      "quote_expired",
    );
    expect((await shop.ask("lin", "/generate/text-to-image", body)).json.credits.held).toBe(6);
  });
});

describe("inputs", () => {
  const png = () =>
    sharp({ create: { width: 320, height: 300, channels: 3, background: "#a04030" } })
      .png()
      .toBuffer();
  const form = (bytes: Uint8Array, name: string) => {
    const data = new FormData();
    data.set("file", new File([new Uint8Array(bytes)], name));
    return data;
  };

  it.each([
    {
      what: "a text",
      bytes: async () => new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    },
    { what: "a cut picture", bytes: async () => (await png()).subarray(0, -20) },
    {
      what: "a picture with a broken chunk",
      bytes: async () => (await png()).map((byte, index) => (index === 60 ? byte ^ 255 : byte)),
    },
    { what: "nothing", bytes: async () => new Uint8Array() },
  ])("refuses $what before any credit is held", async ({ bytes }) => {
    const user = `user-${randomUUID()}`;
    const refused = await shop.ask(user, "/uploads", form(await bytes(), "photo.png"));
    expect(refused.status).toBe(422);
    expect(refused.json.error).toBe("asset_unusable");
    expect((await shop.ask(user, "/credits/balance")).json).toMatchObject({ held: 0, available: 100 });
    expect(
      await shop.test.query("select 1 from public.input_assets where user_id = $1 and status <> 'failed'", [
        user,
      ]),
    ).toEqual([]);
  });

  it("takes a picture on to a model: one result is the next input", async () => {
    const upload = (await shop.ask("eve", "/uploads", form(await png(), "photo.png"))).json;
    const picture = await shop.make("eve", "image-to-image", {
      prompt: "in gouache",
      style: "gouache",
      input_image_asset_url: upload.asset_url,
    });
    expect(picture).toMatchObject({ status: "complete", error: null });
    const model = await shop.make("eve", "image-to-model", { input_image_asset_urls: [picture.asset_url] });
    expect(model).toMatchObject({
      status: "complete",
      assets: [{ kind: "model", content_type: "model/gltf-binary" }],
    });
    const task = (await shop.ask("eve", `/tasks/${model.task_id}`)).json;
    expect(task.generations[0].source_asset_ids).toEqual([picture.assets[0]?.asset_id]);
  });

  it("refuses another user's file, by id and by URL", async () => {
    const upload = (await shop.ask("eve", "/uploads", form(await png(), "photo.png"))).json;
    for (const reference of [upload.asset_url, upload.input_asset_id]) {
      const refused = await shop.ask("mallory", "/generate/image-to-image", {
        task_id: `t-${randomUUID()}`,
        prompt: "mine",
        input_image_asset_url: reference,
      });
      expect([400, 404]).toContain(refused.status);
    }
    expect((await shop.ask("mallory", "/credits/balance")).json.held).toBe(0);
  });
});

describe("secrecy", () => {
  it("lets nothing of the vendors out: no answer, header or log line of all this holds their words", () => {
    expect(shop.watch.outside.texts()).toBeGreaterThan(100);
    expect(shop.watch.logs.texts()).toBeGreaterThan(0);
    expect([...shop.watch.outside.found, ...shop.watch.logs.found]).toEqual([]);
  });

  it("keeps the vendors' words out of the rows that clients may read", async () => {
    const rows = await shop.test.query(
      "select to_jsonb(a)::text as row from public.assets a union all select to_jsonb(e.snapshot)::text from genbff.events e",
    );
    for (const { row } of rows) expect(row).not.toContain(vendorCanary);
  });
});
