import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvents } from "../../../packages/core/src/testing/read-events.ts";
import { formOf, openShop, password, type Shop, type ShownAsset } from "./shop.ts";

// Every row of the contract in the README, by what it says in its first cell.

const foxglove = { project_name: "Foxglove", description: "a bakery for sourdough bread", count: 2 };
const nobodysId = "00000000-0000-4000-8000-000000000000";

let shop: Shop;
/** Ada's project with two logos, for whatever needs one that is there. */
let project: { readonly id: string; readonly told: readonly ShownAsset[] };
let logo: ShownAsset;

beforeAll(async () => {
  shop = await openShop();
  const id = await shop.make("ada", foxglove);
  project = { id, told: await shop.follow("ada", id, 2) };
  logo = project.told.find(({ status }) => status === "completed") as ShownAsset;
});
afterAll(async () => {
  expect(await shop.test.database.call("genbff_violations", {})).toEqual([]);
  await shop.close();
});

const post = (path: string, body: object, address?: string) =>
  shop.send(path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
    ...(address ? { address } : {}),
  });
const codeOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { error: string }).error,
];
const bodyOf = async (answer: Response) => {
  const { request_id: _own, ...body } = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, ...body };
};

/** What is asked → the proof of what is answered. */
const proofs: Record<string, () => Promise<void>> = {
  "POST /auth/signup {email, password}": async () => {
    const bob = { email: "Bob@example.com", password };
    for (const email of [bob.email, bob.email, "bob@example.com"]) {
      const answer = await post("auth/signup", { ...bob, email });
      expect([answer.status, await answer.json()]).toEqual([202, { next: "log_in" }]);
    }
    // The first password stays: a sign-up takes nobody's account over.
    await post("auth/signup", { ...bob, password: "another long password" });
    expect((await post("auth/login", bob)).status).toBe(200);
    const kept = await shop.test.query<{ password: string }>("select password from public.logokraft_users");
    for (const row of kept) expect(row.password).toMatch(/^scrypt\$32768\$8\$3\$/);
  },
  "POST /auth/signup with a password of fewer than 10 characters": async () => {
    const answer = await post("auth/signup", { email: "eve@example.com", password: "ninechars" });
    expect(await codeOf(answer)).toEqual([422, "weak_password"]);
  },
  "POST /auth/login {email, password}": async () => {
    const answer = await post("auth/login", { email: "ADA@example.com", password });
    const session = (await answer.json()) as Record<string, unknown>;
    expect(session).toMatchObject({ token_type: "bearer", refresh_token: null });
    expect(session.user_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(String(session.expires_at))).toBeGreaterThan(Date.now());
  },
  "POST /auth/login with a wrong password or an unknown address": async () => {
    const answers = [
      await bodyOf(await post("auth/login", { email: "ada@example.com", password: "wrong horse battery" })),
      await bodyOf(await post("auth/login", { email: "nobody@example.com", password })),
    ];
    expect(answers[0]).toMatchObject({ status: 401, error: "invalid_credentials" });
    expect(answers[1]).toEqual(answers[0]);
  },
  "POST /auth/login too often from one address": async () => {
    const guess = () => post("auth/login", { email: "ada@example.com", password: "" }, "198.51.100.7");
    const answers = await Promise.all(Array.from({ length: 61 }, guess));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
    expect((await post("auth/login", { email: "ada@example.com", password })).status).toBe(200);
  },
  "POST /projects without a token": async () => {
    const answer = await shop.send("projects", { method: "POST", body: formOf(foxglove) });
    expect(await codeOf(answer)).toEqual([401, "unauthenticated"]);
  },
  "POST /projects form with brief_data and perhaps inspiration_file": async () => {
    const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#e4572e" } })
      .png()
      .toBuffer();
    const file = new File([new Uint8Array(picture)], "mood.png", { type: "image/png" });
    const brief = { ...foxglove, count: 1, colors: ["navy", "brass"] };
    const { status, json } = await shop.ask("ada", "projects", formOf(brief, file));
    expect(status).toBe(201);
    expect(json.stream_url).toMatch(`/api/v1/projects/${json.project_id}/stream?ticket=`);
    const stream = await shop.send(json.stream_url);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    await readEvents(stream, (events) => events.some(({ data }) => data.status === "completed"));
    const rows = await shop.test.query("select * from public.brand_projects where id = $1", [
      json.project_id,
    ]);
    expect(rows).toMatchObject([{ project_name: "Foxglove", brief_data: brief }]);
    expect(rows[0]?.inspiration_image_url).toMatch(/\/inputs\//);
  },
  "POST /projects again with its Idempotency-Key": async () => {
    const key = { "idempotency-key": "a bakery" };
    const brief = { ...foxglove, count: 1 };
    const first = await shop.ask("ada", "projects", formOf(brief), key);
    const again = await shop.ask("ada", "projects", formOf(brief), key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json.project_id).toBe(first.json.project_id);
    // Somebody else's key of the same name is another one.
    const beas = await shop.ask("bea", "projects", formOf(brief), key);
    expect(beas.status).toBe(201);
    expect(beas.json.project_id).not.toBe(first.json.project_id);
    await Promise.all([
      shop.follow("ada", first.json.project_id, 1),
      shop.follow("bea", beas.json.project_id, 1),
    ]);
    const plans = await shop.test.query("select from genbff.generations where task_id = $1", [
      first.json.project_id,
    ]);
    expect(plans).toHaveLength(2);
  },
  "POST /projects with a brief that is none": async () => {
    for (const [brief, pointer] of [
      ["{", "/brief_data"],
      [{ ...foxglove, count: 33 }, "/brief_data/count"],
      [{ project_name: "Foxglove" }, "/brief_data/description"],
    ] as const) {
      const { status, json } = await shop.ask("ada", "projects", formOf(brief));
      expect([status, json.error]).toEqual([400, "validation_failed"]);
      expect(json.details.issues[0].pointer).toBe(pointer);
    }
    expect((await shop.ask("ada", "projects", { brief_data: foxglove })).status).toBe(400);
  },
  "POST /projects with a file that is no picture": async () => {
    const file = new File(["not a picture"], "mood.png", { type: "image/png" });
    const { status, json } = await shop.ask("ada", "projects", formOf(foxglove, file));
    expect([status, json.error]).toEqual([422, "asset_unusable"]);
  },
  "POST /projects without credits for the plan": async () => {
    await shop.ask("poor", "projects", formOf(""));
    const [user] = await shop.test.query<{ id: string }>(
      "select id from public.logokraft_users where email = 'poor@example.com'",
    );
    await shop.test.database.call("genbff_adjust", {
      p_wallet_id: user?.id ?? "",
      p_amount: -200,
      p_idempotency_key: "poor",
      p_reason: "a test",
      p_actor: "a test",
    });
    const { status, json } = await shop.ask("poor", "projects", formOf(foxglove));
    expect([status, json.error]).toEqual([402, "insufficient_credits"]);
  },
  "GET /projects/{id}/stream": async () => {
    const ids = new Set(project.told.map(({ id }) => id));
    expect(ids.size).toBe(2);
    const order = ["pending", "generating", "completed"];
    for (const id of ids) {
      const story = project.told.filter((asset) => asset.id === id);
      const ranks = story.map(({ status }) => order.indexOf(status));
      expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      expect(story.at(-1)).toMatchObject({
        status: "completed",
        project_id: project.id,
        parent_asset_id: null,
        asset_type: "logo_concept",
        asset_url: expect.stringMatching(/^\/bff\/files\/images\/.*signature=/),
        generation_prompt: expect.stringContaining("Foxglove"),
        error: null,
      });
    }
    const rows = await shop.test.query(
      "select id, status, generation_prompt from public.generated_assets where project_id = $1",
      [project.id],
    );
    const last = [...ids].map((id) => project.told.findLast((asset) => asset.id === id));
    const shown = last.map((asset) => ({
      id: asset?.id,
      status: asset?.status,
      generation_prompt: asset?.generation_prompt,
    }));
    expect(rows).toEqual(expect.arrayContaining(shown));
  },
  "GET /projects/{id}/stream of somebody else": async () => {
    for (const id of [project.id, nobodysId]) {
      const { status, json } = await shop.ask("bea", `projects/${id}/stream`);
      expect([status, json.error]).toEqual([404, "not_found"]);
    }
  },
  'POST /assets/{asset_id}/refine {action: "variation", instruction?}': async () => {
    const wish = { action: "variation", instruction: "rounder" };
    const { status, json } = await shop.ask("ada", `assets/${logo.id}/refine`, wish);
    expect(status).toBe(202);
    expect(json).toMatchObject({
      project_id: project.id,
      parent_asset_id: logo.id,
      asset_type: "logo_refinement",
    });
    expect(["pending", "generating"]).toContain(json.status);
    const told = await shop.follow("ada", project.id, 3);
    expect(told.findLast(({ id }) => id === json.id)).toMatchObject({
      status: "completed",
      parent_asset_id: logo.id,
      asset_url: expect.stringMatching(/signature=/),
      generation_prompt: expect.any(String),
    });
    // And the refinement is refined.
    const again = await shop.ask("ada", `assets/${json.id}/refine`, { action: "edit", instruction: "red" });
    expect([again.status, again.json.parent_asset_id]).toEqual([202, json.id]);
    const more = await shop.follow("ada", project.id, 4);
    expect(more.findLast(({ id }) => id === again.json.id)).toMatchObject({ status: "completed" });
  },
  'POST /assets/{asset_id}/refine {action: "edit"} without instruction': async () => {
    for (const wish of [{ action: "edit" }, { action: "burn" }, {}]) {
      const { status, json } = await shop.ask("ada", `assets/${logo.id}/refine`, wish);
      expect([status, json.error]).toEqual([400, "validation_failed"]);
    }
  },
  "POST /assets/{asset_id}/refine of somebody else": async () => {
    for (const id of [logo.id, nobodysId, project.id]) {
      const { status, json } = await shop.ask("bea", `assets/${id}/refine`, { action: "variation" });
      expect([status, json.error]).toEqual([404, "not_found"]);
    }
    // A project is no asset, to its owner either.
    const own = await shop.ask("ada", `assets/${project.id}/refine`, { action: "variation" });
    expect(own.status).toBe(404);
  },
  "POST /assets/{asset_id}/refine of a logo that is not there, or not yet": async () => {
    shop.simulator.setFaults([{ kind: "moderated", vendor: "seedream" }]);
    const id = await shop.make("ada", { ...foxglove, count: 1 });
    const [failed] = (await shop.follow("ada", id, 1)).filter(({ status }) => status === "failed");
    shop.simulator.clearFaults();
    expect(failed?.error?.error).toBe("content_rejected");
    const { status, json } = await shop.ask("ada", `assets/${failed?.id}/refine`, { action: "variation" });
    expect([status, json.error]).toEqual([422, "asset_unusable"]);
  },
  "GET /stream-test": async () => {
    const events = await readEvents(await shop.send("stream-test"), (so) => so.length === 2);
    const [first, second] = events.map(({ data }) => Date.parse(String(data.timestamp)));
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    expect(events.map(({ id }) => id)).toEqual(["1", "3"]);
  },
};

const page = await readFile(new URL("../README.md", import.meta.url), "utf8");
const [, contract = ""] = page.split("## The contract");
const rows = contract
  .split("\n## ")[0]
  ?.split("\n")
  .flatMap((line) => /^\| (`.*?) +\| (\d{3}|.*?) /.exec(line)?.slice(1, 2) ?? [])
  .map((cell) => cell.replaceAll("`", ""));

describe("the contract of the README", () => {
  it("has a test for each row, and no other", () => {
    expect(rows).toEqual(Object.keys(proofs));
  });
  it.each(Object.entries(proofs))("%s", (_row, prove) => prove());
});
