import { outputKey } from "../../assets/path.ts";
import type { GenerationStatus } from "../../contract/generation.ts";
import type { MemoryStore } from "../generations/memory-store.ts";
import { auditHandedOn, type HandedOn } from "./audit-temporary.ts";
import type { Bank } from "./bank.ts";
import type { DatabaseServer } from "./database-server.ts";
import type { Ear } from "./ear.ts";
import { outputBytes, sha256Of } from "./media.ts";
import { costs } from "./stock.ts";
import type { Sale, Vendor } from "./vendor.ts";
import type { World } from "./world.ts";

/** Everything that is held against everything else, once all is quiet. */
export interface Evidence {
  readonly world: World;
  readonly server: DatabaseServer;
  readonly store: MemoryStore;
  readonly vendors: readonly Vendor[];
  readonly ear: Ear;
  readonly bank: Bank;
  /** Outputs are handed on, and what had to lie here was to go after so long. */
  readonly temporaryMs: number | undefined;
}

interface Ended {
  readonly id: string;
  readonly user_id: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly charged: number;
  readonly version: number;
  readonly outputs: number;
  readonly output_kind: "image" | "model" | "json";
  readonly operation: string;
  readonly attempt: number;
  readonly late_ms: number;
}
interface Attempt {
  readonly generation_id: string;
  readonly attempt: number;
  readonly provider: string;
  readonly sent: boolean;
  readonly outcome: string | null;
  readonly job_key: string | null;
}
interface Kept extends HandedOn {
  readonly generation_id: string;
  readonly index: number;
  readonly status: string;
  readonly task_id: string;
  readonly user_id: string;
  readonly kind: "image" | "model";
  readonly file_index: number;
  readonly sha256: string | null;
}
interface Orphan {
  readonly generation_id: string;
  readonly attempt: number;
  readonly job_key: string | null;
}

/** The books against what the vendors sold, what lies in storage and what clients were told. */
export async function audit(evidence: Evidence): Promise<void> {
  const { server, world } = evidence;
  const [violations] = await server.query<{ all: unknown[] }>("select public.genbff_violations() as all");
  for (const violation of violations?.all ?? []) world.blame(`genbff_verify: ${JSON.stringify(violation)}`);
  const generations = await server.query<Ended>(
    `select id, user_id, status, error_code, charged::float, version, outputs, output_kind, operation, attempt,
            extract(epoch from completed_at - deadline_at)::float * 1000 as late_ms
       from genbff.generations order by created_at, id`,
  );
  const attempts = await server.query<Attempt>(
    `select generation_id, attempt, provider, intent_at is not null as sent, outcome, job_key
       from genbff.attempts order by generation_id, attempt`,
  );
  const assets =
    await server.query<Kept>(`select *, extract(epoch from expires_at - completed_at)::float * 1000 as lives_ms
       from public.assets order by generation_id, index`);
  const orphans = await server.query<Orphan>(
    "select generation_id, attempt, job ->> 'key' as job_key from genbff.orphans where state = 'open'",
  );
  for (const generation of generations) auditEnd(evidence, generation, assets);
  auditSales(evidence, generations, attempts, orphans);
  auditStorage(evidence, { generations, attempts, assets });
  await auditWallets(evidence, generations);
}

/** One end each, in time, paid as delivered, and told as it is. */
function auditEnd({ world, ear, bank }: Evidence, ended: Ended, assets: readonly Kept[]): void {
  const { id, status } = ended;
  if (!["complete", "failed", "cancelled"].includes(status)) world.blame(`${id} is still ${status}`);
  if (ended.late_ms > 60_000 + world.lostMs())
    world.blame(`${id} ended ${ended.late_ms} ms after its deadline`);
  const delivered = assets.filter(
    (asset) => asset.generation_id === id && asset.status === "complete",
  ).length;
  const cost =
    ended.operation === "plan" ? costs.plan : ended.output_kind === "image" ? costs.picture : costs.model;
  const price = status !== "complete" ? 0 : cost.per === "output" ? cost.credits * delivered : cost.credits;
  if (ended.charged !== price)
    world.blame(
      `${id} is ${status} with ${delivered} of ${ended.outputs} outputs and was charged ${ended.charged}`,
    );
  const told: GenerationStatus | undefined = ear.endOf(id);
  if (told === undefined) world.blame(`nobody was ever told that ${id} is ${status}`);
  else if (
    told.status !== status ||
    told.version !== ended.version ||
    told.credits.charged !== ended.charged ||
    told.assets.length !== delivered ||
    (told.error?.error ?? null) !== ended.error_code
  )
    world.blame(
      `clients were told that ${id} is ${JSON.stringify(told)}, and it is ${JSON.stringify(ended)}`,
    );
  if (bank.cancelTold.get(id) === "cancelled" && status !== "cancelled")
    world.blame(`somebody was told that ${id} is cancelled, and it is ${status}`);
}

/** Bought once, and what was bought is delivered or written down. */
function auditSales(
  { world, vendors }: Evidence,
  generations: readonly Ended[],
  attempts: readonly Attempt[],
  orphans: readonly Orphan[],
): void {
  const isComplete = new Set(generations.filter(({ status }) => status === "complete").map(({ id }) => id));
  const own = new Map<string, Sale[]>();
  for (const vendor of vendors)
    for (const sale of vendor.sales) {
      const { generationId, attempt, key } = sale;
      const allowed = attempts.find((row) => row.generation_id === generationId && row.attempt === attempt);
      if (allowed?.provider !== vendor.name || !allowed.sent)
        world.blame(`${key} was bought for ${generationId} attempt ${attempt}, which allows no purchase`);
      const twin = vendor.sales.find(
        (other) => other !== sale && other.generationId === generationId && other.attempt === attempt,
      );
      if (twin !== undefined)
        world.blame(`${generationId} attempt ${attempt} was bought twice: ${key} and ${twin.key}`);
      if (!vendor.isOwed(sale)) continue;
      const holder = attempts.find((row) => row.provider === vendor.name && row.job_key === key);
      const generation = holder?.generation_id ?? generationId;
      own.set(generation, [...(own.get(generation) ?? []), sale]);
      const delivered =
        holder === undefined
          ? vendor.kind === "sync" && isComplete.has(generationId) && allowed?.outcome === "done"
          : isComplete.has(generation);
      const writtenDown = orphans.some(
        (orphan) =>
          orphan.job_key === key ||
          (orphan.generation_id === generation && orphan.attempt === (holder ?? allowed)?.attempt),
      );
      if (!delivered && !writtenDown)
        world.blame(`${key} was bought for ${generationId}, not delivered, and forgotten`);
    }
  for (const [id, sales] of own)
    if (sales.length > 1)
      world.blame(`${id} was bought ${sales.length} times: ${sales.map(({ key }) => key).join(" ")}`);
}

/** What is complete lies in storage as it was bought; nothing else lies there. */
function auditStorage(
  evidence: Evidence,
  {
    generations,
    attempts,
    assets,
  }: { generations: readonly Ended[]; attempts: readonly Attempt[]; assets: readonly Kept[] },
): void {
  const { world, store, vendors, temporaryMs } = evidence;
  const named = new Set<string>();
  for (const asset of assets) {
    if (asset.status !== "complete") continue;
    auditHandedOn(evidence, asset);
    const key = asset.storage_key ?? `output ${asset.index}`;
    const object = store.objects.get(key);
    // What is not kept is gone by now, and lies in storage as something that belongs to nobody.
    if (temporaryMs === undefined) {
      named.add(key);
      if (object === undefined) world.blame(`${key} of ${asset.generation_id} is not in storage`);
      else if (sha256Of(object.bytes) !== asset.sha256) world.blame(`${key} is not what its row says`);
    }
    const held = attempts.findLast((row) => row.generation_id === asset.generation_id);
    const kind = generations.find(({ id }) => id === asset.generation_id)?.output_kind;
    const sale = vendors
      .find(({ name }) => name === held?.provider)
      ?.sales.find(({ key, generationId, attempt }) =>
        held?.job_key == null
          ? generationId === held?.generation_id && attempt === held.attempt
          : key === held.job_key,
      );
    if (sale === undefined || kind === undefined || kind === "json")
      world.blame(`${key} of ${asset.generation_id} was delivered and never sold`);
    else if (sha256Of(outputBytes(kind, sale.number, asset.index)) !== asset.sha256)
      world.blame(`${key} of ${asset.generation_id} is not output ${asset.index} of ${sale.key}`);
  }
  // Taking away what a failed generation had stored is tried once: in bad weather it may stay, under the name that is
  // reserved for it and that nobody else ever gets.
  const reserved = new Set(world.luck.weather === "sun" ? [] : assets.map((asset) => outputKey(asset)));
  // A copy of what was handed on, of somebody who died with it: swept after a day.
  const isCopy = (key: string) =>
    temporaryMs !== undefined && world.luck.weather !== "sun" && key.startsWith("inputs/");
  for (const key of store.objects.keys())
    if (named.has(key)) continue;
    else if (reserved.has(key.replace(/^tmp\/|\.[a-z]+$/g, "")) || isCopy(key))
      world.tell("audit", `${key} was left behind`);
    else world.blame(`${key} lies in storage and belongs to nobody`);
}

/** Every credit that was given is there or was charged; what clients are told is the same. */
async function auditWallets({ world, server, bank }: Evidence, generations: readonly Ended[]): Promise<void> {
  const wallets = await server.query<{ user_id: string; balance: number; held: number }>(
    "select user_id, balance::float, held::float from public.user_credits order by user_id",
  );
  for (const { user_id: user, balance, held } of wallets) {
    const charged = generations
      .filter(({ user_id }) => user_id === user)
      .reduce((sum, each) => sum + each.charged, 0);
    if (held !== 0) world.blame(`${user} has ${held} credits held, and nothing is being made`);
    if (balance !== bank.givenTo(user) - charged)
      world.blame(`${user} was given ${bank.givenTo(user)}, was charged ${charged} and has ${balance}`);
    const told = bank.balanceTold.get(user);
    if (told !== undefined && told !== balance)
      world.blame(`${user} is told ${told} credits and has ${balance}`);
  }
}
