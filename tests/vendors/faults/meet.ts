import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isProviderError, type Provider, type ProviderError } from "@genbff/core";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { expect, vi } from "vitest";
import { submitContext } from "../../../packages/providers/src/conformance/context.ts";
import { makeJob } from "../make-job.ts";
import { type Ordered, place } from "../order.ts";
import { type JoinedVendor, joinedVendor } from "../vendors.ts";
import { deliverAll } from "./deliver.ts";
import { listen } from "./listen.ts";
import type { Column, Ending, FaultRow } from "./row.ts";

/** A provider before a simulator of its own, which it meets one fault after the other. */
export interface Stand {
  /** Waits until `bought` purchases were made, or not. */
  meet(row: FaultRow, bought: number): Promise<Ending>;
  close(): Promise<void>;
}

const canary = "CANARY";
const triesMax = 8;

/** Opens the stand of one column. */
export async function openStand(column: Column): Promise<Stand> {
  const simulator = await startSimulator({ jobMs: 60, canary });
  const directory = await mkdtemp(join(tmpdir(), "faults-"));
  const vendor = vendorOf(column);
  let last: Promise<unknown> = Promise.resolve();
  return {
    meet(row, bought) {
      const next = last.then(() => untilStruck({ simulator, directory, vendor }, row, bought));
      last = next.catch(() => undefined);
      return next;
    },
    async close() {
      await simulator.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Of a vendor that answers at once and has jobs as well, both are shown. */
function vendorOf(column: Column): JoinedVendor {
  if (column !== "stability jobs") return joinedVendor(column);
  const stability = joinedVendor("stability");
  const operations = stability.operations.filter(({ operation }) => operation === "replace-background");
  return { ...stability, operations };
}

interface Place {
  readonly simulator: Simulator;
  readonly directory: string;
  readonly vendor: JoinedVendor;
}

/** On a busy machine a job may be over before anybody has looked at it, and its fault with it: then it is met again. */
async function untilStruck(place: Place, row: FaultRow, wanted: number): Promise<Ending> {
  for (let tries = 1; ; tries++) {
    const ending = await meet(place, row, wanted);
    if (typeof row.fault === "string" || (await hitsAt(place.simulator)) > 0) return ending;
    if (tries === triesMax) return { ...ending, end: `${ending.end}, but the fault found nothing to strike` };
  }
}

async function hitsAt(simulator: Simulator): Promise<number> {
  await until(() => isOpen(simulator));
  const { rules } = (await (await fetch(`${simulator.url}/_/faults`)).json()) as {
    rules: { hits: number }[];
  };
  return rules.reduce((sum, { hits }) => sum + hits, 0);
}

async function meet({ simulator, directory, vendor }: Place, row: FaultRow, wanted: number): Promise<Ending> {
  const { fault, timeoutMs = 20_000, operation } = row;
  await until(() => isOpen(simulator));
  simulator.setFaults(typeof fault === "string" ? [] : [fault]);
  if (fault === "offline") {
    simulator.goOffline(600_000);
    await until(async () => !(await isOpen(simulator)));
  }
  const order = vendor.operations.find((one) => operation === undefined || one.operation === operation);
  if (order === undefined) throw new Error(`${vendor.name} does not sell that.`);
  const before = simulator.purchases().length;
  const lines: string[] = [];
  const log = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log, info: log, warn: log, error: log };
  const context = submitContext({ logger });
  const plain = vendor.create(addressOf(simulator, fault), timeoutMs);
  const ear = row.told === undefined ? undefined : await listen(simulator, plain, vendor.simulated);
  const { provider, said } = row.cancels
    ? cancelling(plain)
    : { provider: ear?.provider ?? plain, said: () => "" };
  const job = makeJob(provider, order, { side: 128 });
  const ordered = await place(provider, ear ? { ...job, webhookUrl: ear.url } : job, context);
  const { port } = new URL(simulator.url);
  const trustedOrigins = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  const workplace = { provider, trustedOrigins, directory, logger, timeoutMs };
  let end = await endOf(ordered, lines, (answer) => deliverAll(workplace, ordered, answer));
  if (ear && row.told !== undefined) end += await ear.heard(row.told, context);
  end += said();
  if (fault === "offline") simulator.goOffline(1);
  expect(lines.join("\n")).not.toContain(canary);
  // A vendor may still be at work for somebody who went away.
  const count = () => simulator.purchases().length - before;
  await until(() => count() === wanted).catch(() => undefined);
  return { end, bought: count() };
}

/** Waits for what will be true, however slow the machine is. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isTrue()).toBe(true), { timeout: 10_000, interval: 10 });
}

async function isOpen({ url }: Simulator): Promise<boolean> {
  return fetch(`${url}/_/vendors`)
    .then((response) => response.text())
    .then(Boolean, () => false);
}

function addressOf({ url }: Simulator, fault: FaultRow["fault"]): string {
  if (fault === "nameless") return "https://nobody.invalid";
  return fault === "no tls" ? url.replace("http:", "https:") : url;
}

/** Asks the vendor to stop as soon as it has the job. */
function cancelling(provider: Provider<object>) {
  let confirmed: boolean | undefined;
  const submit: typeof provider.submit = async (...asked) => {
    const answer = await provider.submit(...asked);
    if (answer.state === "running") confirmed = await provider.cancel?.(answer.reference, asked[2]);
    return answer;
  };
  return { provider: { ...provider, submit }, said: () => `; cancel ${confirmed ? "" : "not "}confirmed` };
}

/** How an order ended, in the words of the table. What errors say is added to the lines. */
async function endOf(
  { error, answer }: Ordered,
  lines: string[],
  take: (answer: Extract<Ordered["answer"], { state: "done" }>) => Promise<string>,
): Promise<string> {
  try {
    if (error === undefined && answer?.state === "done") return await take(answer);
    if (error !== undefined) throw error;
    throw new Error("It has no end.");
  } catch (thrown) {
    if (!isProviderError(thrown)) throw thrown;
    lines.push(`${thrown.message} ${JSON.stringify(thrown.details)}`);
    return inWords(thrown);
  }
}

function inWords({ outcome, code, operator, retryAfterMs }: ProviderError): string {
  const wait = retryAfterMs === undefined ? "" : ` in ${retryAfterMs}`;
  return `${outcome}: ${code}${operator ? ", operator" : ""}${wait}`;
}
