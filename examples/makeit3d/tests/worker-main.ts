import { writeSync } from "node:fs";
import { makeBff, type Settings } from "./crash-bff.ts";
import { type Life, type Moment, mortalLife } from "./mortal.ts";

// A real process for real signals: it sends one to itself at an exact call, and says what the database answered it.

/** What this process is told by its environment. */
export interface Orders extends Settings {
  readonly moment: Moment;
  readonly signal: "SIGKILL" | "SIGSTOP" | "SIGTERM";
  /** A request that it answers to itself before anything else. */
  readonly request?: { readonly url: string; readonly body: string };
}

// By hand and at once: what is still buffered dies with the process.
const say = (line: string) => void writeSync(1, `${line}\n`);

const orders = JSON.parse(process.env.ORDERS ?? "{}") as Orders;
const life: Life = {
  ...mortalLife(),
  async strike() {
    say(`${orders.signal} ${orders.moment.when} ${orders.moment.at}`);
    process.kill(process.pid, orders.signal);
    say("went on");
  },
};
const bff = makeBff(orders, life, orders.moment);
const { database } = bff;
const { call } = database;
database.call = async (name, args) => {
  const answer = await call(name, args);
  if (args.p_epoch !== undefined) say(`${name} ${answer === null ? "was refused" : "was written"}`);
  return answer;
};

process.once("SIGTERM", async () => {
  await bff.stop(30_000);
  process.exit(0);
});
await bff.start();
if (orders.request !== undefined) {
  const headers = { "content-type": "application/json", "idempotency-key": "once" };
  await bff.fetch(new Request(orders.request.url, { method: "POST", headers, body: orders.request.body }));
}
