import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toExpress } from "@genbff/adapter-express";
import type { JsonObject } from "@genbff/core";
import { errorCodes } from "@genbff/core/contract";
import express from "express";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../../packages/core/src/cli/commands.ts";
import { runCommand } from "../../../packages/core/src/cli/run-command.ts";
import { basePath } from "../src/bff.ts";
import { readConfig } from "../src/config.ts";
import { migrateOptions } from "../src/migrate-options.ts";
import { type PythonVersion, toStatus } from "../src/python/answers.ts";
import { pythonNames, pythonPaths } from "../src/python/python-names.ts";
import { renameRequest } from "../src/python/rename-request.ts";
import { conversations, type Exchange, replay, type Send } from "./python/conversation.ts";
import { openShop, type Shop } from "./shop.ts";

// Clients of the Python services, as their documents have them, on the example's own BFF by real HTTP.

let shop: Shop;
const servers = new Map<PythonVersion, { url: string; close(): void }>();
beforeAll(async () => {
  // Nobody dies here: a lease of a slow machine is not to run out.
  const environment = { IMAGES_FOLDER_NAME: "concepts", LEASE_MS: "60000" };
  shop = await openShop({ credits: 30, environment });
  for (const version of ["v1", "v2"] as const) servers.set(version, await serve(version));
});
afterAll(async () => {
  for (const { close } of servers.values()) close();
  expect(await shop.test.query("select * from public.genbff_verify()")).toEqual([]);
  await shop.close();
});

/** As main.ts has it. */
async function serve(version: PythonVersion) {
  const python = pythonNames(shop.bff, { version, basePath, publicName: (vendor) => vendor });
  const app = express();
  app.use(basePath, toExpress(shop.bff));
  app.all(pythonPaths, toExpress({ logger: python.logger, fetch: shop.watch.fetch(python.fetch) }));
  const server = createServer(app).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  };
}

function clientOf(user: string, version: PythonVersion): Send {
  return async (path, init) =>
    fetch(`${servers.get(version)?.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${await shop.tokenOf(user)}`, ...init.headers },
    });
}

/** A user's own file, uploaded before. */
async function uploadOf(user: string): Promise<string> {
  const sketch = await sharp({ create: { width: 300, height: 300, channels: 3, background: "#fff" } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(sketch)], { type: "image/png" }), "sketch.png");
  return (await shop.ask(user, "/uploads", form)).json.asset_url;
}

describe("a recorded conversation", () => {
  it.concurrent.each(conversations)("$name is answered as before", async (conversation) => {
    const user = conversation.name;
    const send = clientOf(user, conversation.version);
    await replay(conversation.exchanges, send, { sketch: await uploadOf(user) });
  });
});

describe("what clients read past the server", () => {
  const columns = {
    input_assets:
      "id, task_id, user_id, prompt, style, input_asset_type, asset_url, status, created_at, metadata",
    concept_images:
      "id, task_id, user_id, source_input_asset_id, prompt, style, asset_url, status, ai_service_task_id, created_at, metadata",
    models:
      "id, task_id, user_id, source_input_asset_id, source_concept_image_id, prompt, style, asset_url, status, ai_service_task_id, created_at, metadata",
  };

  it("are three tables with the columns that they had, by the environment alone", async () => {
    const options = migrateOptions(
      readConfig({
        SUPABASE_URL: "https://abcdefghijklmnopqrst.supabase.co",
        SUPABASE_SERVICE_ROLE_KEY: "sb_secret_any",
        CONCEPT_IMAGES_TABLE_NAME: "concept_images",
      }),
    );
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const host = { env: { DATABASE_URL: shop.test.url }, print: say, complain: say };
    expect(await runCommand(commands, ["migrate", ...options], host), said.join("\n")).toBe(0);

    const read = (table: keyof typeof columns) =>
      shop.test.query<Record<string, unknown>>(
        `select ${columns[table]} from public.${table} where user_id = 'v2-pictures-to-model' order by created_at, id`,
      );
    const [inputs, concepts, models] = await Promise.all([
      read("input_assets"),
      read("concept_images"),
      read("models"),
    ]);
    expect(inputs).toMatchObject([{ input_asset_type: "image", status: "complete" }]);
    const urls = concepts.map(({ asset_url }) => String(asset_url)).sort();
    expect(urls).toEqual([
      expect.stringMatching(/\/concepts\/desk-1\/0\.png$/),
      expect.stringMatching(/\/concepts\/desk-1\/1\.png$/),
    ]);
    const first = concepts.find(({ asset_url }) => String(asset_url).endsWith("/0.png"));
    expect(models).toMatchObject([
      { source_concept_image_id: first?.id, task_id: "desk-1", status: "complete" },
      { status: "complete" },
    ]);
    const jobs = await shop.test.query<{ id: string }>(
      "select id from genbff.generations where user_id = 'v2-pictures-to-model' order by created_at",
    );
    const shown = [first, ...models].map((row) => row?.ai_service_task_id);
    expect(shown).toEqual(jobs.map(({ id }) => id));
  });
});

describe("an answer", () => {
  const headers = { "content-type": "application/json" };
  const post = (body: BodyInit, more: Record<string, string> = headers) =>
    clientOf("lin", "v2")("/generate/text-to-model", { method: "POST", headers: more, body });

  it("says of what failed why, in a sentence and by its code", async () => {
    shop.fault({ vendor: "tripo", kind: "job_failed" });
    const failed: Exchange[] = [
      {
        request: { method: "POST", path: "/generate/text-to-model", body: { prompt: "a cup" } },
        answer: { status: 202, body: { task_id: "/-/", celery_task_id: "/-/", status: "pending" } },
        keep: { cup: "task_id" },
      },
      {
        request: { method: "GET", path: "/tasks/{cup}/status?service=tripoai" },
        answer: {
          status: 200,
          body: {
            ...{ task_id: "{cup}", celery_task_id: "{cup}", status: "failed", progress: "/^\\d+$/" },
            ...{ asset_url: null, result_url: null, result: null },
            error: errorCodes.provider_failed.sentence,
            error_code: "provider_failed",
          },
        },
      },
    ];
    await replay(failed, clientOf("lin", "v2"));
  });

  it("calls failed what was stopped", async () => {
    const { json } = await shop.ask("lin", "/generate/text-to-model", {
      task_id: "stopped",
      prompt: "a cup",
    });
    const stopped = {
      ...(await shop.ask("lin", `/tasks/${json.generation_id}/status`)).json,
      status: "cancelled",
      error: { error: "cancelled", message: "You stopped this." },
    };
    const words = { status: "failed", error: "You stopped this.", error_code: "cancelled" };
    expect(toStatus("stopped", stopped, "v1")).toMatchObject({ ...words, task_id: "stopped" });
  });

  it("is the first one again for a repeat with a key, which names its own task", async () => {
    const keyed = { ...headers, "idempotency-key": "once" };
    const body = JSON.stringify({ task_id: "once", prompt: "a cup", style: "cartoon" });
    const [first, second] = [await (await post(body, keyed)).json(), await (await post(body, keyed)).json()];
    expect(second.task_id).toBe(first.task_id);
    const nameless = await post(JSON.stringify({ prompt: "a cup" }), keyed);
    expect([nameless.status, (await nameless.json()).details.issues[0].pointer]).toEqual([400, "/task_id"]);
  });

  it.each([
    ["no JSON", "{", 400, "invalid_json"],
    ["no object", "[]", 400, "invalid_json"],
    ["not UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, "invalid_json"],
    ["too deep to be written again", "[".repeat(400_000), 400, "invalid_json"],
    ["too long", JSON.stringify({ prompt: "a".repeat(1_200_000) }), 413, "payload_too_large"],
  ])("refuses a body that is %s as the BFF does", async (_, body, status, error) => {
    const answer = await post(body);
    expect([answer.status, (await answer.json()).error]).toEqual([status, error]);
  });

  it("comes before the body is read to whoever is not let in", async () => {
    let pieces = 0;
    const body = new ReadableStream({ pull: () => void pieces++ }, { highWaterMark: 0 });
    const { fetch } = pythonNames(shop.bff, { version: "v2", basePath, publicName: (vendor) => vendor });
    const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    const answer = await fetch(new Request("http://shop.test/generate/text-to-model", init));
    expect([answer.status, answer.headers.get("www-authenticate"), pieces]).toEqual([401, "Bearer", 0]);
  });

  it("is the BFF's own for another method, and for a form of the BFF's", async () => {
    const send = clientOf("lin", "v2");
    const wrong = await send("/generate/text-to-model", { method: "PUT", body: "x" });
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "POST"]);
    const form = new FormData();
    for (const [name, value] of Object.entries({ task_id: "form", provider: "tripo", prompt: "a cup" }))
      form.set(name, value);
    const answer = await send("/generate/text-to-model", { method: "POST", body: form });
    expect([answer.status, await answer.json()]).toMatchObject([202, { status: "pending" }]);
  });
});

describe("a request", () => {
  const publicName = (vendor: string) => `provider_${vendor.at(0)}`;
  const renamed = (operation: string, given: JsonObject) =>
    renameRequest(given, { operation, taskId: "made-up", publicName }).body;

  it("names vendors as they are called in public", () => {
    expect(renamed("image-to-model", { provider: "tripoai" }).provider).toBe("provider_t");
    expect(renamed("text-to-image", { prompt: "a cup" }).provider).toBe("provider_o");
    expect(renamed("text-to-image", { provider: "provider_x" }).provider).toBe("provider_x");
    for (const word of ["constructor", "__proto__"])
      expect(renamed(word, { provider: word })).toEqual({ provider: word, task_id: "made-up" });
  });

  it("keeps a style that is a preset or the vendor's own, and says others with the prompt", () => {
    const prompt = "a cup";
    const styled = (style: string, provider: string) => {
      const body = renamed("text-to-image", { prompt, style, provider });
      return [body.prompt, body.style];
    };
    expect(styled("gouache", "openai")).toEqual([prompt, "gouache"]);
    expect(styled("realistic_image", "recraft")).toEqual([prompt, "realistic_image"]);
    expect(styled("steampunk", "openai")).toEqual(["a cup, steampunk", undefined]);
    expect(styled("", "openai")).toEqual([prompt, undefined]);
  });
});
