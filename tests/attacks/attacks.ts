import { tinyPng } from "../../packages/core/src/testing/test-studio.ts";
import { type App, price } from "./app.ts";
import type { Vendor } from "./vendor.ts";

/** A hole that apps of this field are known to have, and how it is used. */
export interface Attack {
  readonly hole: string;
  /** What was won, or what a customer has lost; nothing where the hole is closed. */
  run(app: App, vendor: Vendor): Promise<string | undefined>;
}

const mallory = "mallory";

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 25));
}

async function untilEnded(app: App, order: string) {
  let seen = await app.look(mallory, order);
  await until(async () => {
    seen = await app.look(mallory, order);
    return seen.ended;
  });
  return seen;
}

async function orderOne(app: App): Promise<string> {
  const order = await app.order(mallory);
  if (order === undefined) throw new Error("an order that was paid for was refused");
  return order;
}

/** Says of a job what nobody has proven. */
const lies = (job: { id: string }): { headers: Record<string, string>; body: string }[] => {
  const signature = (text: string) => ({
    "webhook-id": "m-1",
    "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
    "webhook-signature": text,
  });
  const body = JSON.stringify({ id: job.id, status: "failed", output: null });
  return [
    { headers: {}, body },
    { headers: {}, body },
    { headers: signature(""), body },
    { headers: signature("v1,"), body },
    { headers: signature(`v1,${Buffer.alloc(32).toString("base64")}`), body },
    { headers: signature("none,x v2,y"), body },
  ];
};

/** Each wins something from the naive app, and nothing from ours. */
export const attacks: readonly Attack[] = [
  {
    hole: "credits that are read and then deducted in two steps: many orders at once for the price of one",
    async run(app, vendor) {
      await app.join(mallory, price);
      const release = vendor.hold();
      let refused = 0;
      const presses = Array.from({ length: 10 }, async () => {
        const order = await app.order(mallory);
        if (order === undefined) refused += 1;
        return order;
      });
      const answered = until(() => vendor.arrived() + refused >= presses.length).then(release);
      const [pressed] = await Promise.all([Promise.all(presses), answered]);
      const orders = pressed.filter((order) => order !== undefined);
      if (orders.length === 0) throw new Error("not even the one that was paid for was taken");
      await Promise.all(orders.map((order) => untilEnded(app, order)));
      return vendor.jobs.length > 1 ? `${vendor.jobs.length} pictures for the price of one` : undefined;
    },
  },
  {
    hole: "a webhook without a signature that mints refunds, any number of times",
    async run(app, vendor) {
      await app.join(mallory, price);
      await untilEnded(app, await orderOne(app));
      const before = await app.credits(mallory);
      const [job] = vendor.jobs;
      if (job?.webhook === undefined) throw new Error("the vendor was given no address");
      // Even the address, which only the vendor knows, has got out.
      for (const { headers, body } of lies(job))
        await app.fetch(new Request(job.webhook, { method: "POST", headers, body }));
      const minted = (await app.credits(mallory)) - before;
      return minted > 0 ? `${minted} credits for a picture that was delivered` : undefined;
    },
  },
  ...["canceled", "a word of tomorrow"].map((word) => ({
    hole: `a status word misspelt, so that cancelled work is never refunded: "${word}"`,
    async run(app: App, vendor: Vendor) {
      await app.join(mallory, price);
      vendor.endAll(word);
      const order = await orderOne(app);
      await until(async () => (await app.look(mallory, order)).ended || vendor.looks() >= 3);
      await app.muchLater();
      await untilEnded(app, order);
      const lost = price - (await app.credits(mallory));
      return lost > 0 ? `a customer has paid ${lost} for nothing` : undefined;
    },
  })),
  {
    hole: "failures that are answered with 200 and never told again",
    async run(app, vendor) {
      await app.join(mallory, price);
      vendor.endAll("processing");
      const order = await orderOne(app);
      await until(() => vendor.jobs.length === 1);
      vendor.endAll("succeeded");
      const [job] = vendor.jobs;
      if (job === undefined) throw new Error("nothing was sold");
      const statuses = await app.whileDatabaseIsAway(() => vendor.tell(job, app.fetch));
      if (statuses.some((status) => status < 300))
        return `was answered ${statuses.join(", ")} while nothing could be written down`;
      const again = await vendor.tell(job, app.fetch);
      if (!again.includes(200)) return `is not taken any more: ${again.join(", ")}`;
      return (await untilEnded(app, order)).url === null ? "nobody ever hears of it" : undefined;
    },
  },
  {
    hole: "the vendor's own link kept as the picture: it is gone after an hour",
    async run(app, vendor) {
      await app.join(mallory, price);
      const { url } = await untilEnded(app, await orderOne(app));
      vendor.deleteFiles();
      const response = await app.fetch(new Request(url ?? ""));
      const isPicture = Buffer.from(await response.arrayBuffer()).equals(tinyPng);
      if (url?.startsWith(vendor.url))
        return `customers are sent to ${vendor.url}, which answers ${response.status}`;
      return isPicture ? undefined : `the picture answers ${response.status}`;
    },
  },
  {
    hole: "a crash between purchase and deduction that gives the work away",
    async run(app, vendor) {
      await app.join(mallory, price);
      await app.dieAfterNextPurchase();
      const order = (await app.order(mallory)) ?? "1";
      await until(() => vendor.jobs.length > 0);
      const { url } = await untilEnded(app, order);
      const left = await app.credits(mallory);
      if (vendor.jobs.length > 1) return `the vendor was paid ${vendor.jobs.length} times`;
      if (url !== null && left === price) return "a picture for nothing";
      return url === null && left < price ? "a customer has paid for nothing" : undefined;
    },
  },
  {
    hole: "a payment event that is delivered twice and grants twice",
    async run(app) {
      await app.join(mallory, price);
      const payment = { eventId: "evt_1", purchaseId: "cs_1", user: mallory, credits: 100 };
      await Promise.all(Array.from({ length: 8 }, () => app.pay(payment)));
      await app.pay(payment);
      // Another event of the same purchase, as `checkout.completed` beside `payment.succeeded`.
      await app.pay({ ...payment, eventId: "evt_2" });
      const granted = (await app.credits(mallory)) - price;
      return granted === 100 ? undefined : `${granted} credits for a purchase of 100`;
    },
  },
];
