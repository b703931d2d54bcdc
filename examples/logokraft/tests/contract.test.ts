import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvents } from "../../../packages/core/src/testing/read-events.ts";
import { readmeRows } from "../../makeit3d/tests/readme-table.ts";
import { type Answer, formOf, openShop, password, type Shop, type ShownAsset } from "./shop.ts";

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
type Came = Pick<Answer, "status" | "json">;
const read = async (answer: Response): Promise<Came> => ({
  status: answer.status,
  json: await answer.json(),
});

/** What is asked → the proof of what is answered; what came is held against the table's own words. */
const proofs: Record<string, () => Promise<Came | "a stream">> = {
  "POST /auth/signup {email, password}": async () => {
    const bob = { email: "Bob@example.com", password };
    const first = await read(await post("auth/signup", bob));
    expect(first.json).toEqual({ next: "log_in" });
    for (const email of [bob.email, "bob@example.com"])
      expect(await read(await post("auth/signup", { ...bob, email }))).toEqual(first);
    // The first password stays: a sign-up takes nobody's account over.
    await post("auth/signup", { ...bob, password: "another long password" });
    expect((await post("auth/login", bob)).status).toBe(200);
    const kept = await shop.test.query<{ password: string }>("select password from public.logokraft_users");
    for (const row of kept) expect(row.password).toMatch(/^scrypt\$32768\$8\$3\$/);
    return first;
  },
  "POST /auth/signup with a password of fewer than 10 characters": async () => {
    expect((await post("auth/signup", { email: "eve@example.com", password: "ten__chars" })).status).toBe(
      202,
    );
    return read(await post("auth/signup", { email: "eve@example.com", password: "ninechars" }));
  },
  "POST /auth/login {email, password}": async () => {
    const answer = await read(await post("auth/login", { email: "ADA@example.com", password }));
    const session = answer.json;
    expect(session).toMatchObject({ token_type: "bearer", refresh_token: null });
    expect(session.user_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(String(session.expires_at))).toBeGreaterThan(Date.now());
    return answer;
  },
  "POST /auth/login with a wrong password or an unknown address": async () => {
    const wrong = await read(await post("auth/login", { email: "ada@example.com", password: "wrong horse" }));
    const unknown = await read(await post("auth/login", { email: "nobody@example.com", password }));
    const { request_id: _own, ...body } = wrong.json;
    expect(unknown).toMatchObject({ status: wrong.status, json: body });
    return wrong;
  },
  "POST /auth/login too often from one address": async () => {
    const guess = () => post("auth/login", { email: "ada@example.com", password: "" }, "198.51.100.7");
    const answers = await Promise.all(Array.from({ length: 61 }, guess));
    const late = answers.filter(({ status }) => status === 429);
    expect(late).toHaveLength(1);
    expect((await post("auth/login", { email: "ada@example.com", password })).status).toBe(200);
    return read(late[0] as Response);
  },
  "POST /projects without a token": async () => {
    return read(await shop.send("projects", { method: "POST", body: formOf(foxglove) }));
  },
  "POST /projects form with brief_data and perhaps inspiration_file": async () => {
    const picture = await sharp({ create: { width: 64, height: 64, channels: 3, background: "#e4572e" } })
      .png()
      .toBuffer();
    const file = new File([new Uint8Array(picture)], "mood.png", { type: "image/png" });
    const brief = { ...foxglove, count: 1, colors: ["navy", "brass"] };
    const answer = await shop.ask("ada", "projects", formOf(brief, file));
    const { json } = answer;
    expect(json.stream_url).toMatch(`/api/v1/projects/${json.project_id}/stream?ticket=`);
    const stream = await shop.send(json.stream_url);
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    await readEvents(stream, (events) => events.some(({ data }) => data.status === "completed"));
    const rows = await shop.test.query("select * from public.brand_projects where id = $1", [
      json.project_id,
    ]);
    expect(rows).toMatchObject([{ project_name: "Foxglove", brief_data: brief }]);
    expect(rows[0]?.inspiration_image_url).toMatch(/\/inputs\//);
    return answer;
  },
  "POST /projects again with its Idempotency-Key": async () => {
    const key = { "idempotency-key": "a bakery" };
    const brief = { ...foxglove, count: 1 };
    const first = await shop.ask("ada", "projects", formOf(brief), key);
    const again = await shop.ask("ada", "projects", formOf(brief), key);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
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
    return again;
  },
  "POST /projects with a brief that is none": async () => {
    const noForm = await shop.ask("ada", "projects", { brief_data: foxglove });
    for (const [brief, pointer] of [
      ["{", "/brief_data"],
      [{ ...foxglove, count: 33 }, "/brief_data/count"],
      [{ project_name: "Foxglove" }, "/brief_data/description"],
    ] as const) {
      const { status, json } = await shop.ask("ada", "projects", formOf(brief));
      expect([status, json.error]).toEqual([noForm.status, noForm.json.error]);
      expect(json.details.issues[0].pointer).toBe(pointer);
    }
    return noForm;
  },
  "POST /projects with a file that is no picture": async () => {
    const file = new File(["not a picture"], "mood.png", { type: "image/png" });
    return shop.ask("ada", "projects", formOf(foxglove, file));
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
    return shop.ask("poor", "projects", formOf(foxglove));
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
    // A balance is told when it changes while somebody looks.
    const id = await shop.make("ada", { ...foxglove, count: 1 });
    const [own] = (await shop.follow("ada", id, 1)).filter(({ status }) => status === "completed");
    const stream = await shop.send(`projects/${id}/stream`, {
      headers: { authorization: `Bearer ${await shop.tokenOf("ada")}` },
    });
    await Promise.all([
      readEvents(stream, (so) =>
        ["asset", "project", "balance"].every((kind) => so.some(({ event }) => event === kind)),
      ),
      shop.ask("ada", `assets/${own?.id}/refine`, { action: "variation" }),
    ]);
    return "a stream";
  },
  "GET /projects/{id}/stream of somebody else": async () => {
    const [theirs, nobodys] = await Promise.all(
      [project.id, nobodysId].map((id) => shop.ask("bea", `projects/${id}/stream`)),
    );
    expect([nobodys?.status, nobodys?.json.error]).toEqual([theirs?.status, theirs?.json.error]);
    return theirs as Came;
  },
  'POST /assets/{asset_id}/refine {action: "variation", instruction?}': async () => {
    const wish = { action: "variation", instruction: "rounder" };
    const answer = await shop.ask("ada", `assets/${logo.id}/refine`, wish);
    const { json } = answer;
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
    return answer;
  },
  'POST /assets/{asset_id}/refine {action: "edit"} without instruction': async () => {
    const edit = await shop.ask("ada", `assets/${logo.id}/refine`, { action: "edit" });
    for (const wish of [{ action: "burn" }, {}]) {
      const { status, json } = await shop.ask("ada", `assets/${logo.id}/refine`, wish);
      expect([status, json.error]).toEqual([edit.status, edit.json.error]);
    }
    return edit;
  },
  "POST /assets/{asset_id}/refine of somebody else": async () => {
    const theirs = await shop.ask("bea", `assets/${logo.id}/refine`, { action: "variation" });
    for (const id of [nobodysId, project.id]) {
      const { status, json } = await shop.ask("bea", `assets/${id}/refine`, { action: "variation" });
      expect([status, json.error]).toEqual([theirs.status, theirs.json.error]);
    }
    // A project is no asset, to its owner either.
    const own = await shop.ask("ada", `assets/${project.id}/refine`, { action: "variation" });
    expect(own.status).toBe(404);
    return theirs;
  },
  "POST /assets/{asset_id}/refine of a logo that is not there, or not yet": async () => {
    shop.simulator.setFaults([{ kind: "moderated", vendor: "seedream" }]);
    const id = await shop.make("ada", { ...foxglove, count: 1 });
    const [failed] = (await shop.follow("ada", id, 1)).filter(({ status }) => status === "failed");
    shop.simulator.clearFaults();
    expect(failed?.error?.error).toBe("content_rejected");
    return shop.ask("ada", `assets/${failed?.id}/refine`, { action: "variation" });
  },
  "GET /stream-test": async () => {
    const events = await readEvents(await shop.send("stream-test"), (so) => so.length === 2);
    const [first, second] = events.map(({ data }) => Date.parse(String(data.timestamp)));
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    expect(events.map(({ id }) => id)).toEqual(["1", "3"]);
    return "a stream";
  },
};

/** What is asked; and, of what is answered, the status with its code or with the names of its fields. */
const table = await readmeRows(new URL("../README.md", import.meta.url), "## The contract");
const rows = table.map(([asked = "", answered = ""]) => {
  const [, status, code, fields] = /^(\d{3})(?: `(?:(\w+)|\{(.*?)\})`)?/.exec(answered) ?? [];
  const names = fields?.split(", ").map((field) => field.split(":")[0]);
  return { asked: asked.replaceAll("`", ""), status: status && Number(status), code, names };
});

describe("the contract of the README", () => {
  it("has a test for each row, and no other", () => {
    expect(rows.map(({ asked }) => asked)).toEqual(Object.keys(proofs));
  });
  it.each(rows.map((row) => [row.asked, row] as const))("%s", async (asked, { status, code, names }) => {
    const came = await proofs[asked]?.();
    if (status === undefined) return expect(came).toBe("a stream");
    const { json, ...answer } = came as Came;
    expect(answer.status).toBe(status);
    if (code !== undefined) {
      expect(json.error).toBe(code);
      // Every refusal has the same four fields.
      expect(Object.keys(json).filter((name) => name !== "details")).toEqual([
        "error",
        "message",
        "request_id",
      ]);
    }
    if (names !== undefined) expect(Object.keys(json).sort()).toEqual(names.toSorted());
  });
});
