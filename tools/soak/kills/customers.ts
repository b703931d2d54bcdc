import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Dice } from "../../../packages/core/src/testing/generations/scheduler.ts";

/** What a customer was told of a generation. */
export interface Told {
  readonly user: string;
  readonly id: string;
  /** The end, where it was told of one. */
  readonly end?: End;
}

/** An end, as the status of a generation tells it. */
export interface End {
  readonly status: string;
  readonly error: string | null;
  readonly charged: number;
  readonly assets: number;
}

/** Users who start, repeat, watch and cancel, over whichever server answers. */
export interface Customers {
  /** Orders the n-th generation, repeating the request until it is taken. */
  order(number: number): Promise<Told>;
  /** How a generation is, by whichever server answers. */
  look(user: string, id: string, wait?: number): Promise<End | undefined>;
  /** What a user has left, and what is set aside. */
  balance(user: string): Promise<{ available: number; held: number }>;
  readonly counts: { requests: number; repeats: number; cancels: number };
  /** Answers that no server may give. */
  readonly violations: string[];
}

/** How many there are; each has a wallet. */
export const userCount = 60;

const secret = "a secret that signs the tokens of the soak";
/** Told to the servers, so that they know the tokens. */
export const tokenSecret = secret;

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of several routes.
  readonly body: any;
}

/** Opens the shop's doors: `urls` are the servers that are up now. */
export function openCustomers(urls: () => readonly string[], dice: Dice, picturesPercent: number): Customers {
  const counts = { requests: 0, repeats: 0, cancels: 0 };
  const violations: string[] = [];

  /** One request to some server; undefined where no answer came. */
  async function ask(user: string, path: string, body?: object, key?: string): Promise<Answer | undefined> {
    const up = urls();
    const url = up[dice.below(Math.max(1, up.length))];
    if (url === undefined) return undefined;
    counts.requests += 1;
    try {
      const response = await fetch(`${url}/api${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${tokenOf(user)}`,
          "content-type": "application/json",
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(15_000),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return undefined; // killed, frozen, or cut in mid-answer
    }
  }

  /** Repeats a request until somebody answers it for good. */
  async function insist(allowed: readonly number[], ...request: Parameters<typeof ask>): Promise<Answer> {
    for (;;) {
      const answer = await ask(...request);
      if (answer !== undefined && allowed.includes(answer.status)) return answer;
      const later = answer === undefined || [408, 409, 429, 503].includes(answer.status);
      if (!later) violations.push(`${request[1]} answered ${answer.status} ${JSON.stringify(answer.body)}`);
      counts.repeats += 1;
      await sleep(100 + dice.below(400));
    }
  }

  async function look(user: string, id: string, wait?: number): Promise<End | undefined> {
    const query = wait === undefined ? "" : `?wait=${wait}&version=999`;
    const { body } = await insist([200], user, `/tasks/${id}/status${query}`);
    if (body.completed_at === null) return undefined;
    return {
      status: body.status,
      error: body.error?.error ?? null,
      charged: body.credits.charged,
      assets: body.assets.length,
    };
  }

  return {
    counts,
    violations,
    look,
    async balance(user) {
      return (await insist([200], user, "/credits/balance")).body;
    },
    async order(number) {
      const user = `user-${number % userCount}`;
      const picture = dice.below(100) < picturesPercent;
      const path = `/generate/${picture ? "text-to-image" : "text-to-model"}`;
      // Every prompt is another: of two that are the same nobody could say whose job is whose.
      const body = {
        task_id: `task-${number}`,
        prompt: `a lamp, number ${number}`,
        // Named, so that nobody else is asked: these two tell in their books for which attempt they sold.
        ...(picture ? { provider: "openai" } : { provider: "tripo", texture: false }),
      };
      const key = `order-${number}`;
      const [again, cancels, watches] = [dice.below(10) === 0, dice.below(30) === 0, dice.below(4) === 0];
      const first = insist([202], user, path, body, key);
      // Some send the same order twice at once: it is one generation all the same.
      const [one, two] = await Promise.all([first, again ? insist([202], user, path, body, key) : first]);
      const id: string = one.body.generation_id;
      if (two.body.generation_id !== id) violations.push(`${key} became ${id} and ${two.body.generation_id}`);
      if (cancels) {
        await sleep(dice.below(3000));
        await ask(user, `/generations/${id}/cancel`, {});
        counts.cancels += 1;
      }
      const end = watches ? await look(user, id, 5) : undefined;
      return { user, id, ...(end && { end }) };
    },
  };
}

/** A token as the app's own sign-in would give it. */
function tokenOf(user: string): string {
  const now = Math.floor(Date.now() / 1000);
  const [head, claims] = [
    { alg: "HS256", typ: "JWT" },
    { sub: user, iat: now, exp: now + 3600 },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signed = `${head}.${claims}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
