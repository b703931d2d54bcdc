import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { defineOperation } from "../operations/define-operation.ts";
import type { ProviderAnswer, ProviderJob } from "../providers/port.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { failure, picture, running, scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { openScriptedShop, type Process, type Shop } from "../testing/generations/scripted-shop.ts";
import { tinyPng } from "../testing/test-studio.ts";

// Outputs that are handed on: real HTTP to a vendor's file server, real Postgres, real deaths.

const liveMs = 300_000;
const lifetimeMs = 600_000;

let served: Server;
let origin: string;
/** Path → what lies there; nothing: 404. */
const files = new Map<string, Uint8Array>();
const asked: ProviderJob[] = [];
let fresh: () => ProviderAnswer;

const done = (...urls: string[]): ProviderAnswer => ({
  state: "done",
  reference: { key: crypto.randomUUID() },
  outputs: urls.map((url, index) => ({ index, source: { url } })),
});
const answer = (job: ProviderJob) => {
  asked.push(job);
  const [word, path = ""] = String(job.input.prompt ?? "").split(" ");
  if (word === "bytes") return picture();
  if (word === "wait") return running("endless", 30);
  return done(path.includes("//") ? path : `${origin}/${path}`);
};
/** Knows its jobs for ever, and one that forgets them with the answer. */
const vendor = scriptedProvider({
  offers: ["text-to-image", "image-to-image", "series"],
  submit: answer,
  check: async () => fresh(),
  port: { vendor: "vendor", outputUrlsLiveMs: liveMs },
});
const forgetful = scriptedProvider({
  offers: ["text-to-image"],
  submit: answer,
  port: { vendor: "forgetful" },
});
const series = defineOperation({
  name: "series",
  title: "A picture, and one that is made of it",
  input: z.object({ prompt: z.string() }),
  output: "image",
  followUps: ({ assets }) =>
    assets.map(({ asset_id }) => ({
      operation: "image-to-image",
      input: { prompt: "url again.png", input_image_asset_url: asset_id },
    })),
});

let test: TestDatabase;
let shop: Shop;
let process: Process;
beforeAll(async () => {
  served = createServer((request, response) => {
    const bytes = files.get(request.url ?? "");
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => served.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(served.address() as AddressInfo).port}`;
  test = await createTestDatabase({ max: 16 });
  shop = await openScriptedShop(test, {
    providers: { vendor: vendor.port, forgetful: forgetful.port },
    operations: [series],
    trustedOrigins: [origin],
    vendorsAreNamed: true,
    temporaryMs: lifetimeMs,
    signUp: 1000,
  });
  process = await shop.open();
});
afterAll(async () => {
  await shop.close();
  expect(await test.database.call("genbff_violations", {})).toEqual([]);
  await test.close();
  served.closeAllConnections();
  served.close();
});
beforeEach(() => {
  files.clear();
  files.set("/cup.png", tinyPng);
  fresh = () => done();
});

const user = "alice";
const make = (prompt: string, provider = "vendor") =>
  shop.make(process, user, "text-to-image", { prompt, provider });
const row = async (id: string) => {
  const [found] = await test.query("select * from public.assets where generation_id = $1", [id]);
  return found as Record<string, unknown>;
};
const urlOf = (assetId: string) => process.ask(user, `/assets/${assetId}/url`);
/** As if so long had passed for one output; default: longer than the sweep waits. */
const expire = (id: string, agoS = 120) =>
  test.query(
    `update public.assets set expires_at = genbff.now() - interval '${agoS} seconds' where generation_id = $1`,
    [id],
  );
const swept = (id: string) =>
  vi.waitFor(async () => expect(await row(id)).toMatchObject({ asset_url: null, status: "complete" }), {
    timeout: 30_000,
  });

describe("a URL of a vendor", () => {
  it("is handed on with its end, and nothing of it is kept", async () => {
    const before = Date.now();
    const made = await make("url cup.png");
    expect(made).toMatchObject({
      status: "complete",
      credits: { charged: 5 },
      asset_url: `${origin}/cup.png`,
      asset_urls: [`${origin}/cup.png`],
      assets: [{ content_type: "image/png", bytes: tinyPng.length, width: 1, height: 1 }],
    });
    const end = Date.parse(made.assets[0].expires_at);
    expect(end).toBeLessThanOrEqual(Date.parse(made.completed_at) + liveMs);
    expect(end).toBeGreaterThan(before);
    expect([...shop.storage.objects.keys()]).toEqual([]);
    expect(await row(made.generation_id)).toMatchObject({ storage_key: null, sha256: expect.any(String) });

    const { asset_id } = made.assets[0];
    const given = { asset_url: `${origin}/cup.png`, expires_at: made.assets[0].expires_at };
    expect((await urlOf(asset_id)).json).toEqual(given);
    expect((await process.ask("mallory", `/assets/${asset_id}/url`)).status).toBe(404);
    const listed = (await process.ask(user, "/tasks")).json.items;
    expect(listed[0]).toMatchObject({ task_id: made.task_id, thumbnail_url: `${origin}/cup.png` });
    const tree = (await process.ask(user, `/tasks/${made.task_id}`)).json;
    expect(tree.generations[0].assets).toMatchObject([given]);
  });

  it("that is dead is renewed before anybody pays for it", async () => {
    fresh = () => done(`${origin}/cup.png`);
    expect(await make("url dead.png")).toMatchObject({
      asset_url: `${origin}/cup.png`,
      credits: { charged: 5 },
    });
  });

  it("that shows half a file is looked at again", async () => {
    files.set("/cup.png", tinyPng.subarray(0, 40));
    served.once("request", () => setImmediate(() => files.set("/cup.png", tinyPng)));
    expect(await make("url cup.png")).toMatchObject({
      status: "complete",
      assets: [{ bytes: tinyPng.length }],
    });
  });

  it.each([
    ["is dead for good", "forgetful", "url dead.png", "output_unavailable"],
    ["leads into a private network", "vendor", "url http://10.0.0.1/cup.png", "output_unavailable"],
    ["is no https", "vendor", "url http://example.com/cup.png", "output_unavailable"],
  ])("that %s is not sold", async (_what, provider, prompt, code) => {
    expect(await make(prompt, provider)).toMatchObject({
      status: "failed",
      error: { error: code },
      credits: { charged: 0, held: 0 },
      assets: [],
    });
  });

  it("is told no more when its time is over, and its rows forget it", async () => {
    const made = await make("url cup.png", "forgetful");
    await expire(made.generation_id, 1);
    const status = (await process.ask(user, `/tasks/${made.generation_id}/status`)).json;
    expect(status).toMatchObject({
      status: "complete",
      asset_url: null,
      asset_urls: [],
      assets: [{ asset_url: "", expires_at: expect.any(String) }],
      credits: { charged: 5 },
    });
    const gone = await urlOf(made.assets[0].asset_id);
    expect(gone).toMatchObject({ status: 410, json: { error: "asset_expired" } });
    expect((await process.ask(user, "/tasks")).json.items[0].thumbnail_url).toBeNull();

    await expire(made.generation_id);
    await swept(made.generation_id);
    const [{ work }] = (await test.query("select work from genbff.generations where id = $1", [
      made.generation_id,
    ])) as [{ work: object }];
    expect(work).toEqual({});
  });

  it("is made anew for whoever asks later, while the vendor knows the job", async () => {
    const made = await make("url cup.png");
    await expire(made.generation_id);
    await swept(made.generation_id);
    files.set("/again.png", tinyPng);
    let looks = 0;
    fresh = () => {
      looks += 1;
      return done(`${origin}/again.png`);
    };
    const { asset_id } = made.assets[0];
    const [first, second] = await Promise.all([urlOf(asset_id), urlOf(asset_id)]);
    expect(first).toMatchObject({ status: 200, json: { asset_url: `${origin}/again.png` } });
    expect(second.json).toEqual(first.json);
    expect(looks).toBe(1);
    const status = (await process.ask(user, `/tasks/${made.generation_id}/status`)).json;
    expect(status).toMatchObject({ asset_url: `${origin}/again.png`, credits: { charged: 5 } });
  });

  it.each([
    ["the vendor refuses", () => ({ state: "refused", error: failure("failed") }) as ProviderAnswer, 410],
    ["the vendor cannot be asked", () => Promise.reject(failure("unknown")) as never, 503],
    ["the new one leads elsewhere", () => done("http://10.0.0.1/cup.png"), 410],
    ["there is none", () => done(), 410],
  ])("is not made anew where %s", async (_what, renewed, status) => {
    const made = await make("url cup.png");
    await expire(made.generation_id, 1);
    fresh = renewed;
    expect(await urlOf(made.assets[0].asset_id)).toMatchObject({ status });
  });
});

describe("bytes of a vendor", () => {
  it("lie below tmp/ until their end, and are gone then", async () => {
    const made = await make("bytes");
    const key = `tmp/images/${made.task_id}/0.png`;
    expect(made).toMatchObject({ status: "complete", credits: { charged: 5 } });
    expect(made.asset_url).toContain(key);
    expect(Date.parse(made.assets[0].expires_at)).toBeLessThanOrEqual(
      Date.parse(made.completed_at) + lifetimeMs,
    );
    expect([...shop.storage.objects.keys()]).toEqual([key]);
    await expire(made.generation_id);
    await swept(made.generation_id);
    expect([...shop.storage.objects.keys()]).toEqual([]);
    expect(await urlOf(made.assets[0].asset_id)).toMatchObject({ status: 410 });
  });
});

describe("as an input", () => {
  const edit = (ref: string) =>
    process.ask(user, "/generate/image-to-image", {
      task_id: crypto.randomUUID(),
      prompt: "url cup.png",
      input_image_asset_url: ref,
    });

  it.each(["url cup.png", "bytes"])("an output serves until it expires: %s", async (prompt) => {
    const made = await make(prompt);
    const { asset_id } = made.assets[0];
    const started = await edit(asset_id);
    expect(started.status).toBe(202);
    const edited = await shop.endOf(process, user, started.json.generation_id);
    expect(edited).toMatchObject({ status: "complete" });
    expect(await row(edited.generation_id)).toMatchObject({ source_asset_id: asset_id });
    expect(asked.at(-1)?.files).toMatchObject([{ contentType: "image/png", bytes: tinyPng.length }]);

    await expire(made.generation_id, 1);
    expect(await edit(asset_id)).toMatchObject({ status: 410, json: { error: "asset_expired" } });

    // What came in for the second goes as well.
    await expire(made.generation_id);
    await test.query(
      `update public.input_assets set completed_at = completed_at - interval '${lifetimeMs + 120_000} milliseconds'`,
    );
    await vi.waitFor(() => expect([...shop.storage.objects.keys()]).toEqual([]), { timeout: 30_000 });
  });

  it("stays for as long as something works on it", async () => {
    const [used, decoy] = [await make("bytes"), await make("bytes")];
    fresh = () => running("endless", 30);
    const started = await process.ask(user, "/generate/image-to-image", {
      task_id: crypto.randomUUID(),
      prompt: "wait",
      input_image_asset_url: used.assets[0].asset_id,
    });
    await expire(used.generation_id, 240);
    await expire(decoy.generation_id);
    // The sweep has passed both.
    await swept(decoy.generation_id);
    expect([...shop.storage.objects.keys()]).toEqual([`tmp/images/${used.task_id}/0.png`]);
    fresh = () => done(`${origin}/cup.png`);
    await shop.endOf(process, user, started.json.generation_id);
    await swept(used.generation_id);
    expect([...shop.storage.objects.keys()]).toEqual([]);
  });

  it("a child of the same commit gets what its parent handed on", async () => {
    files.set("/again.png", tinyPng);
    const parent = await shop.make(process, user, "series", { prompt: "url cup.png", provider: "vendor" });
    const tree = (await process.ask(user, `/tasks/${parent.task_id}`)).json;
    const child = tree.generations.find(
      (each: { parent_generation_id: unknown }) => each.parent_generation_id,
    );
    expect(child.source_asset_ids).toEqual([parent.assets[0].asset_id]);
    expect(await shop.endOf(process, user, child.generation_id)).toMatchObject({
      status: "complete",
      asset_url: `${origin}/again.png`,
    });
  });
});

describe("a death", () => {
  const dieAt = async (provider: string, at = "genbff_finish", when: "before" | "after" = "before") => {
    const mortal = await shop.openMortal({ at, when });
    const started = await mortal.ask(user, "/generate/text-to-image", {
      task_id: crypto.randomUUID(),
      prompt: "url cup.png",
      provider,
    });
    return { mortal, id: started.json.generation_id as string };
  };

  it.each([
    ["genbff_record", "after"],
    ["genbff_finish", "before"],
    ["genbff_finish", "after"],
  ] as const)("at %s, %s it was done, sells once at the same price", async (at, when) => {
    const sold = vendor.submissions.length;
    await process.bff.stop();
    const { mortal, id } = await dieAt("vendor", at, when);
    await mortal.died;
    await shop.leasesRunOut();
    process = await shop.open();
    expect(await shop.endOf(process, user, id)).toMatchObject({
      status: "complete",
      asset_url: `${origin}/cup.png`,
      credits: { charged: 5, held: 0 },
    });
    expect(vendor.submissions.length - sold).toBe(1);
  });

  it("that lasts longer than the URL costs nothing, and the operator hears of it", async () => {
    await process.bff.stop();
    const { mortal, id } = await dieAt("forgetful");
    await mortal.died;
    await test.query(
      "update genbff.generations set work = jsonb_set(work, '{stored,0,expires_at}', to_jsonb(genbff.now() - interval '1 second')) where id = $1",
      [id],
    );
    await shop.leasesRunOut();
    process = await shop.open();
    expect(await shop.endOf(process, user, id)).toMatchObject({
      status: "failed",
      error: { error: "output_unavailable" },
      credits: { charged: 0, held: 0 },
    });
    expect(await test.query("select reason from genbff.orphans where generation_id = $1", [id])).toEqual([
      { reason: "output_unavailable" },
    ]);
  });
});
