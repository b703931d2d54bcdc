import type { GenerationStatus } from "../../contract/generation.ts";
import type { Bank } from "./bank.ts";
import type { Ear } from "./ear.ts";
import { follow } from "./follow.ts";
import { type Answer, type Asked, LineLost, type Network } from "./network.ts";
import type { World } from "./world.ts";

/** What a customer needs to live. */
export interface Surroundings {
  readonly world: World;
  readonly network: Network;
  readonly ear: Ear;
  readonly bank: Bank;
  /** Numbers that are given once. */
  readonly next: () => number;
  /** Pictures that a user owns, for models of them. */
  readonly pictures: Map<string, string[]>;
  /** Outputs are handed on: what a user owns is over after a while. */
  readonly temporaryMs: number | undefined;
}

const triesMax = 60;

/** One wish of one user, from the first click to whatever end; everything a person and a browser do on the way. */
export async function buy(around: Surroundings, user: string): Promise<void> {
  const { world } = around;
  const { luck } = world;
  const wish = wishOf(around, user);
  const key = luck.once(6) ? undefined : `key-${around.next()}`;
  const waits: Record<string, string> = luck.once(5) ? { prefer: "wait=20" } : {};
  const asked = {
    body: wish.body,
    headers: { ...waits, ...(key === undefined ? {} : { "idempotency-key": key }) },
  };
  world.tell(user, `wants ${wish.path} ${JSON.stringify(wish.body)} with ${key ?? "no key"}`);
  // A double click: two requests with one key, perhaps at two processes.
  const clicks = key !== undefined && luck.once(4) ? [0, 1] : [0];
  const started = await Promise.all(
    clicks.map(() => insist(around, user, wish.path, asked, key !== undefined)),
  );
  const ids = new Set(started.flatMap((id) => id ?? []));
  if (ids.size > 1) world.blame(`one key, ${ids.size} generations: ${[...ids].join(" ")}`);
  const [id] = ids;
  if (id === undefined) return;

  const cancelling = luck.once(6) ? cancelLater(around, user, id) : Promise.resolve();
  const end = await follow(around, user, id, wish.task);
  await cancelling;
  remember(around, user, end);
  if (end?.status === "failed" && luck.once(3)) await again(around, user, id);
  if (key !== undefined && luck.once(4)) await repeat(around, user, wish.path, asked, id);
}

function wishOf({ world: { luck }, next, pictures }: Surroundings, user: string) {
  // Few words, so that two generations often ask for the very same.
  const prompt = luck.oneOf(["a lamp", "a chair", "a lamp on a chair"]);
  const task = luck.once(3) ? `${user}-desk` : `${user}-${next()}`;
  const picture = pictures.get(user)?.at(-1);
  const what = luck.between(1, 12);
  if (what === 1) return { task, path: "/generate/plan", body: { task_id: task, prompt } };
  const named = (providers: readonly string[]) => (luck.once(2) ? {} : { provider: luck.oneOf(providers) });
  if (what <= 3 && picture !== undefined)
    return {
      task,
      path: "/generate/image-to-model",
      body: { task_id: task, input_image_asset_urls: [picture], ...named(["foundry", "kiln"]) },
    };
  const n = luck.once(2) ? 1 : luck.between(2, 4);
  const chain = luck.once(10) ? { chain: true } : {};
  const body = { task_id: task, prompt, n, ...chain, ...named(["atelier", "foundry", "kiln"]) };
  return { task, path: "/generate/text-to-image", body };
}

/** Asks until the answer is known. Without a key nobody may ask twice: then the answer may stay unknown. */
async function insist(
  around: Surroundings,
  user: string,
  path: string,
  asked: Asked,
  repeatable: boolean,
): Promise<string | undefined> {
  const { world, ear } = around;
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = await once(around, user, path, asked);
    if (answer === undefined) {
      if (!repeatable) return undefined;
    } else if (answer.status === 202 || answer.status === 200) {
      if (answer.status === 200) ear.hear("answer", answer.json);
      return answer.json.generation_id;
    } else if (answer.json.error === "insufficient_credits") {
      if (!(await around.bank.topUp(user))) return undefined;
    } else if (answer.json.error === "unavailable" && !repeatable) return undefined;
    // What was handed on is over after a while, or its vendor does not give it out.
    else if (around.temporaryMs !== undefined && /^asset_(expired|unusable)$/.test(answer.json.error))
      return undefined;
    else if (
      !["unavailable", "too_many_generations", "queue_full", "idempotency_in_progress"].includes(
        answer.json.error,
      )
    ) {
      world.blame(`${user} is told ${answer.status} ${JSON.stringify(answer.json)} of ${path}`);
      return undefined;
    }
    await world.wait(world.luck.between(300, 4000));
  }
  return undefined;
}

async function once(
  { network }: Surroundings,
  user: string,
  path: string,
  asked: Asked,
): Promise<Answer | undefined> {
  try {
    return await network.ask(user, path, asked);
  } catch (error) {
    if (error instanceof LineLost) return undefined;
    throw error;
  }
}

/** Somebody changes their mind; what they are told of it must become true. */
async function cancelLater(around: Surroundings, user: string, id: string): Promise<void> {
  const { world } = around;
  await world.wait(world.luck.between(0, 15_000));
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = await once(around, user, `/generations/${id}/cancel`, { body: {} });
    if (answer?.status === 409) return;
    if (answer?.status === 200) {
      world.tell(user, `is told that ${id} is ${answer.json.status}`);
      around.bank.cancelTold.set(id, answer.json.status);
      return;
    }
    if (answer !== undefined && answer.json.error !== "unavailable")
      return world.blame(`${user} is told ${answer.status} ${JSON.stringify(answer.json)} of a cancel`);
    await world.wait(1000);
  }
}

/** "Try again" on what failed: a new generation. */
async function again(around: Surroundings, user: string, id: string): Promise<void> {
  const headers = { "idempotency-key": `again-${id}` };
  const next = await insist(around, user, `/generations/${id}/retry`, { body: {}, headers }, true);
  if (next === id) around.world.blame(`the retry of ${id} is itself`);
  if (next !== undefined) await follow(around, user, next, undefined);
}

/** The same request with the same key, long after: the first answer, and nothing else. */
async function repeat(
  around: Surroundings,
  user: string,
  path: string,
  asked: Asked,
  id: string,
): Promise<void> {
  const repeated = await insist(around, user, path, asked, true);
  if (repeated !== undefined && repeated !== id) around.world.blame(`the key of ${id} has given ${repeated}`);
}

function remember({ pictures }: Surroundings, user: string, end: GenerationStatus | undefined): void {
  const images = (end?.assets ?? []).filter(({ kind }) => kind === "image");
  pictures.set(user, [...(pictures.get(user) ?? []), ...images.map(({ asset_id }) => asset_id)]);
}
