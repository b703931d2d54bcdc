import type { Provider, ProviderContext } from "@genbff/core";
import type { Simulator } from "@genbff/simulator";
import { expect, vi } from "vitest";
import { openReceiver } from "../../../packages/simulator/src/testing/receiver.ts";
import { webhookSecret } from "../vendors.ts";

/** A server of ours that vendors tell of jobs. */
export interface Ear {
  readonly url: string;
  /** Notes how much was heard before the submission was answered. */
  readonly provider: Provider<object>;
  /** Waits for so many webhooks and says, in the words of the table, what the provider makes of each. */
  heard(count: number, context: ProviderContext): Promise<string>;
}

/** Listens for one order. */
export async function listen(simulator: Simulator, provider: Provider<object>, vendor: string): Promise<Ear> {
  const receiver = await openReceiver();
  // Who knows webhooks by account is told in its console; the others are told with each order.
  if (vendor === "tripo") simulator.setWebhook(vendor, { url: receiver.url, secret: webhookSecret });
  let early = 0;
  let key: string | undefined;
  const submit: typeof provider.submit = async (...asked) => {
    const answer = await provider.submit(...asked);
    early = receiver.all().length;
    key = answer.state === "running" ? answer.reference.key : undefined;
    return answer;
  };
  return {
    url: receiver.url,
    provider: { ...provider, submit },
    async heard(count, context) {
      const isHeard = () => expect(receiver.all().length).toBeGreaterThanOrEqual(count);
      await vi.waitFor(isHeard, { timeout: 10_000, interval: 10 });
      const events = new Set<string>();
      const words: string[] = [];
      for (const [index, { headers, text, path }] of receiver.all().entries()) {
        const request = {
          headers: new Headers(headers),
          body: new TextEncoder().encode(text),
          url: new URL(path, receiver.url).href,
          now: Date.now(),
        };
        const notice = await provider.verifyWebhook?.(request, context);
        const first = index < early ? "early, " : "";
        if (notice === undefined) words.push(`${first}not proven`);
        else if (notice.jobKey !== key) words.push(`${first}another job`);
        else if (events.has(notice.eventId)) words.push(`${first}the same again`);
        else {
          // Enough to adopt the job where the submission's answer got lost.
          const found = await provider.check?.(notice.job, context);
          words.push(`${first}this job is ${found?.state}`);
        }
        if (notice) events.add(notice.eventId);
      }
      receiver.close();
      if (vendor === "tripo") simulator.setWebhook(vendor, undefined);
      return `; told: ${words.join("; ") || "nothing"}`;
    },
  };
}
