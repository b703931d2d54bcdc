import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { webhookEvent } from "../contract/webhook-event.ts";
import type { Database } from "../database/port.ts";
import type { OperatorAlert } from "../operators/operator-alert.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { nodeProgram, startProgram } from "../testing/start-program.ts";
import { type Delivery, type Receiver, startReceiver, webhookSecret } from "../testing/webhooks/receiver.ts";
import type { WebhookOptions } from "./options.ts";

// A team's own server on this machine, real requests, and whatever can go wrong between the two.

const [first, second] = [webhookSecret("a"), webhookSecret("b")];
const vendor = scriptedProvider({
  submit: ({ prompt }) => {
    if (prompt?.includes("nothing")) throw failure("failed", { code: "provider_failed", message: "canary" });
    return picture();
  },
});

let test: TestDatabase;
let receiver: Receiver;
let shop: Shop;
const alerts: OperatorAlert[] = [];
beforeAll(async () => {
  test = await createTestDatabase({ max: 32 });
});
afterAll(() => test.close());
beforeEach(async () => {
  receiver = await startReceiver();
  await test.query("truncate genbff.webhook_outbox, genbff.operator_alerts");
  alerts.splice(0);
});
afterEach(async () => {
  await shop.close();
  await receiver.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
});

async function openShop(options: Partial<WebhookOptions> = {}, price = 5): Promise<Shop> {
  const { url, origin } = receiver;
  const retryDelaysMs = Array.from({ length: 20 }, () => 20);
  shop = await openScriptedShop(test, {
    providers: { studio: vendor.port },
    price,
    signUp: 0,
    hooks: { onOperatorAlert: (alert) => void alerts.push(alert) },
    webhooks: { url, secret: first, trustedOrigins: [origin], retryDelaysMs, ...options },
  });
  return shop;
}
const grant = (wallet: string, key: string = crypto.randomUUID()) =>
  test.database.call("genbff_grant", { p_wallet_id: wallet, p_amount: 10, p_idempotency_key: key });
const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });
const rows = () =>
  test.query<{ event_id: string; state: string; tries: number; error: string | null }>(
    "select event_id, state, tries, error from genbff.webhook_outbox order by id",
  );
const allSent = (count: number) =>
  eventually(async () => {
    const found = await rows();
    expect(found.filter(({ state }) => state === "sent")).toHaveLength(count);
    expect(found).toHaveLength(count);
  });
const idsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id);

describe("an event", () => {
  it("is told once, signed, with what its user sees and nothing of the vendor", async () => {
    const process = await (await openShop()).open();
    await grant("ada");
    const made = await shop.make(process, "ada", "text-to-image", { prompt: "a lamp" });
    const lost = await shop.make(process, "ada", "text-to-image", { prompt: "nothing" });
    await allSent(4);
    expect(new Set(idsOf(receiver.deliveries)).size).toBe(4);
    const told = receiver.deliveries.map(({ body, headers }) => {
      const proven = new Webhook(first).verify(body, headers as Record<string, string>);
      expect(headers["content-type"]).toBe("application/json");
      expect(body).not.toContain("canary");
      expect(webhookEvent.parse(proven)).toEqual(proven);
      return webhookEvent.parse(proven);
    });
    const one = (type: string) => told.find((event) => event.type === type)?.data;
    expect(one("generation.complete")).toEqual({ ...made, user_id: "ada" });
    expect(made.assets).toHaveLength(1);
    expect(one("generation.failed")).toEqual({ ...lost, user_id: "ada" });
    expect(one("credits.grant")).toMatchObject({ wallet_id: "ada", seq: 1, amount: 10, balance_after: 10 });
    expect(one("credits.capture")).toMatchObject({
      seq: 2,
      amount: 5,
      balance_after: 5,
      generation_id: made.generation_id,
      task_id: made.task_id,
    });
  });

  it("is signed under every secret of a rotation", async () => {
    await (await openShop({ secret: [second, first] })).open();
    await grant("bo");
    await allSent(1);
    const { body, headers } = receiver.deliveries[0] as Delivery;
    for (const secret of [first, second]) new Webhook(secret).verify(body, headers as Record<string, string>);
    const forged = body.replace('"amount":10', '"amount":99');
    expect(forged).not.toBe(body);
    expect(() => new Webhook(first).verify(forged, headers as Record<string, string>)).toThrow("No matching");
  });

  it("is neither written nor looked for where nobody listens, and costs an idle process no query of its own", async () => {
    const calls: string[] = [];
    const counted = (database: Database): Database => ({
      ...database,
      call: (name, args) => {
        calls.push(name);
        return database.call(name, args);
      },
    });
    await (await openShop({ events: ["generation.failed"] })).open(counted);
    await grant("cy");
    await eventually(() => expect(calls.filter((name) => name === "genbff_sweep").length).toBeGreaterThan(5));
    expect(calls).not.toContain("genbff_claim_webhooks");
    expect(await rows()).toEqual([]);
  });
});

describe("of one wallet", () => {
  it("events arrive in their order, also where each has to be sent twice, and by two processes", async () => {
    const seen = new Set<string>();
    receiver.answerWith(({ id }, response) => {
      response.writeHead(seen.has(id) ? 200 : 500).end();
      seen.add(id);
    });
    await openShop();
    await Promise.all([shop.open(), shop.open()]);
    await Promise.all(Array.from({ length: 6 }, () => grant("dee")));
    await allSent(6);
    const heard = receiver.deliveries.map(({ event }) => (event.data as { seq: number }).seq);
    expect(heard).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
  });
});

describe("several processes", () => {
  it("share the work, and send nothing twice", async () => {
    await openShop();
    await Promise.all([shop.open(), shop.open(), shop.open()]);
    await Promise.all(Array.from({ length: 90 }, (_, index) => grant(`crowd-${index}`)));
    await allSent(90);
    expect(receiver.deliveries).toHaveLength(90);
    expect(new Set(idsOf(receiver.deliveries)).size).toBe(90);
  });
});

/** Whoever had it is dead: its lease is over. */
const leasesRunOut = () =>
  test.query("update genbff.webhook_outbox set next_try_at = genbff.now() where state = 'waiting'");

describe("a process that dies", () => {
  it.each([
    [
      "before it could note that an event was heard: it comes again, under its old id",
      "genbff_webhook_sent",
      "before",
      2,
    ],
    ["after it has noted it: nothing comes again", "genbff_webhook_sent", "after", 1],
    ["with an event in its hands: another process sends it", "genbff_claim_webhooks", "after", 1],
    ["on the way to an event: another process sends it", "genbff_claim_webhooks", "before", 1],
  ] as const)("C14: %s", async (_, at, when, times) => {
    await openShop();
    const mortal = await shop.openMortal({ at, when });
    await grant("eve");
    await mortal.died;
    await leasesRunOut();
    await shop.open();
    await allSent(1);
    const [row] = await rows();
    expect(idsOf(receiver.deliveries)).toEqual(Array.from({ length: times }, () => row?.event_id));
  });

  it("C14: by kill -9, while the receiver has an event and has not answered: it comes again, under its old id", async () => {
    await openShop();
    const webhooks = { url: receiver.url, secret: first, trustedOrigins: [receiver.origin] };
    receiver.answerWith(() => undefined);
    await test.database.call("genbff_set_webhooks", { p_events: [] });
    const program = fileURLToPath(new URL("../testing/webhooks/sender-process.ts", import.meta.url));
    const secret = "a secret of at least thirty-two letters";
    const orders = JSON.stringify({ url: test.url, webhooks, secret });
    const secrets = [first, secret];
    const { said, signal, ended } = startProgram(nodeProgram(program, orders), { secrets });
    try {
      await eventually(async () => {
        const listening = await test.query("select from genbff.webhook_events");
        expect(listening.length, said()).toBeGreaterThan(0);
      });
      await grant("flo");
      await eventually(() => expect(receiver.deliveries, said()).toHaveLength(1));
    } finally {
      signal("SIGKILL");
      await ended;
    }
    receiver.answerWith((_, response) => void response.writeHead(200).end());
    await leasesRunOut();
    await shop.open();
    await allSent(1);
    expect(new Set(idsOf(receiver.deliveries)).size).toBe(1);
    expect(receiver.deliveries).toHaveLength(2);
  });

  it("in its first try and in every other one ends in a call for the operator, and in no hot loop", async () => {
    await openShop({ retryDelaysMs: [20] });
    await shop.open();
    await grant("fay");
    await allSent(1);
    // Two were allowed and nobody lived to tell what became of them.
    await test.query(
      "update genbff.webhook_outbox set state = 'waiting', ended_at = null, tries = 2, next_try_at = genbff.now()",
    );
    await eventually(async () => expect(await rows()).toMatchObject([{ state: "given_up", error: "lost" }]));
    expect(receiver.deliveries).toHaveLength(1);
    await eventually(() => expect(alerts).toMatchObject([{ kind: "webhook_given_up", message: "lost" }]));
  });
});

describe("a process that stops", () => {
  it("gives back what it was sending, and the try with it", async () => {
    receiver.answerWith(() => undefined);
    await openShop({ timeoutMs: 600_000 });
    const process: Process = await shop.open();
    await grant("gil");
    await eventually(() => expect(receiver.deliveries).toHaveLength(1));
    await process.bff.stop(0);
    expect(await rows()).toMatchObject([{ state: "waiting", tries: 0 }]);
    receiver.answerWith((_, response) => void response.writeHead(200).end());
    await shop.open();
    await allSent(1);
    expect(new Set(idsOf(receiver.deliveries)).size).toBe(1);
  });
});

describe("what was never heard", () => {
  it("is given up after the last try, calls the operator once, and can be sent again", async () => {
    receiver.answerWith((_, response) => void response.writeHead(503).end("canary"));
    const process = await (await openShop({ retryDelaysMs: [20, 20] })).open();
    await Promise.all(["hal", "ida"].map((wallet) => grant(wallet)));
    await eventually(async () => expect(await process.givenUpWebhooks.list()).toHaveLength(2));
    const lost = await process.givenUpWebhooks.list();
    expect(lost).toMatchObject([
      { type: "credits.grant", tries: 3, error: "status 503" },
      { type: "credits.grant", tries: 3, error: "status 503" },
    ]);
    await eventually(() => expect(alerts).toHaveLength(1));
    expect(alerts).toMatchObject([{ kind: "webhook_given_up", tries: 3, upstreamStatus: 503 }]);
    expect(receiver.deliveries).toHaveLength(6);
    receiver.answerWith((_, response) => void response.writeHead(200).end());
    const ids = lost.map(({ eventId }) => eventId);
    expect(await process.givenUpWebhooks.sendAgain(ids)).toBe(2);
    await allSent(2);
    expect(new Set(idsOf(receiver.deliveries.slice(6)))).toEqual(new Set(ids));
    expect(await process.givenUpWebhooks.list()).toEqual([]);
  });
});
