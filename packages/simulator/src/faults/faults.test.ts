import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../simulator.ts";
import { type Buyer, createBuyer, finished, type Json, photo } from "../testing/buyer.ts";
import type { FaultRule } from "./rule.ts";

let simulator: Simulator;
let buyer: Buyer;

beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 30 });
  buyer = createBuyer(simulator);
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const openai = (prompt = "a cat") =>
  buyer.post("/openai/v1/images/generations", { model: "gpt-image-2.5-flare", prompt });
const tripo = (prompt = "a cup") =>
  buyer.post("/tripo/v3/generation/text-to-model", { model: "v3.1-20260211", prompt, face_limit: 100 });
const stability = async (prompt = "green") =>
  buyer.form("/stability/v2beta/stable-image/edit/search-and-recolor", [
    ["image", await photo(80, 64)],
    ["select_prompt", "the ball"],
    ["prompt", prompt],
    ["seed", "1"],
  ]);
const recraft = async (prompt = "a cat") =>
  buyer.post("/recraft/v1/images/generations/vector", { model: "recraftv3_vector", prompt, random_seed: 1 });
const vendors = [
  ["openai", openai],
  ["recraft", recraft],
  ["stability", stability],
  ["tripo", tripo],
] as const;

async function bought(action: () => Promise<unknown>): Promise<number> {
  const before = simulator.purchases().length;
  await action();
  return simulator.purchases().length - before;
}
async function taskWith(rule: FaultRule): Promise<Json> {
  simulator.setFaults([rule]);
  return finished(buyer, ((await (await tripo()).json()) as Json).data.task_id);
}

describe.each(vendors)("at %s", (vendor, buy) => {
  it("drop_before_accept ends the connection and sells nothing", async () => {
    simulator.setFaults([{ kind: "drop_before_accept" }]);
    expect(await bought(() => expect(buy()).rejects.toThrow())).toBe(0);
  });

  it("drop_after_accept ends the connection and sells one", async () => {
    simulator.setFaults([{ kind: "drop_after_accept" }]);
    expect(await bought(() => expect(buy()).rejects.toThrow())).toBe(1);
    expect(simulator.traffic().at(-1)).toMatchObject({ vendor, status: 0, fault: "drop_after_accept" });
  });

  it("truncated_body promises more than it sends", async () => {
    simulator.setFaults([{ kind: "truncated_body" }]);
    const response = await buy();
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(10);
    await expect(response.text()).rejects.toThrow();
  });

  it("rate_limited answers 429 with each form of Retry-After", async () => {
    const forms = [12, "date", "absent", "garbage"] as const;
    simulator.setFaults(forms.map((retryAfter) => ({ kind: "rate_limited", retryAfter, seconds: 5 })));
    const headers: (string | null)[] = [];
    for (let turn = 0; turn < forms.length; turn++) {
      const response = await buy();
      expect(response.status).toBe(429);
      headers.push(response.headers.get("retry-after"));
    }
    expect(headers).toEqual(["12", expect.stringContaining("GMT"), null, "soon, probably"]);
  });

  it.each([500, 502, 503, 504])("server_error answers %i and sells nothing", async (status) => {
    simulator.setFaults([{ kind: "server_error", status }]);
    expect(await bought(async () => expect((await buy()).status).toBe(status))).toBe(0);
  });

  it("server_error sells one if it was accepted all the same", async () => {
    simulator.setFaults([{ kind: "server_error", status: 504, accepted: true }]);
    expect(await bought(async () => expect((await buy()).status).toBe(504))).toBe(1);
  });

  it.each(["html", "empty", "null", "missing_id", "wrong_types", "refusal_in_200"])(
    "nonsense answers 200 with %s",
    async (variant) => {
      simulator.setFaults([{ kind: "nonsense", variant }]);
      const response = await buy();
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text.replaceAll(/\d{10}|[0-9a-f-]{32,36}/g, "#")).toMatchSnapshot();
    },
  );

  it("hang accepts and never answers", async () => {
    simulator.setFaults([{ kind: "hang" }]);
    const answered = await Promise.race([buy().catch(() => "error"), pause(400)]);
    expect(answered).toBe("nothing");
    expect(simulator.purchases().at(-1)?.vendor).toBe(vendor);
  });

  it("hang can send the headers before it falls silent", async () => {
    simulator.setFaults([{ kind: "hang", variant: "body" }]);
    const response = await buy();
    expect(response.status).toBe(200);
    const read = Promise.race([response.text().catch(() => "error"), pause(200)]);
    expect(await read).toBe("nothing");
  });

  it("latency holds the answer back", async () => {
    simulator.setFaults([{ kind: "latency", latencyMs: 120 }]);
    const started = performance.now();
    expect((await buy()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(115);
  });

  it("obeys directives in the prompt and the header, and counts their times", async () => {
    expect((await buy("[[fault:server_error status=503]] a cat")).status).toBe(503);
    const again = () => buy("a cat [[fault:rate_limited times=1]]");
    expect([(await again()).status, (await again()).status]).toEqual([429, 200]);
  });
});

function pause(ms: number): Promise<"nothing"> {
  return new Promise((resolve) => setTimeout(() => resolve("nothing"), ms));
}

describe("refusals in the vendor's words", () => {
  it.each([
    [{ kind: "quota" }, 429, { type: "insufficient_quota", code: "insufficient_quota" }],
    [{ kind: "unauthorized" }, 401, { code: "invalid_api_key" }],
    [{ kind: "unauthorized", status: 403 }, 403, { type: "invalid_request_error", code: null }],
    [
      { kind: "moderated" },
      400,
      { code: "moderation_blocked", moderation_details: { moderation_stage: "input" } },
    ],
    [{ kind: "moderated", stage: "output" }, 400, { moderation_details: { moderation_stage: "output" } }],
  ] as const)("OpenAI answers %j", async (rule, status, error) => {
    simulator.setFaults([rule]);
    const response = await openai();
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error });
  });

  it("OpenAI can leave the details of a moderation out", async () => {
    simulator.setFaults([{ kind: "moderated", details: false }]);
    expect(((await (await openai()).json()) as Json).error).not.toHaveProperty("moderation_details");
  });

  it.each([
    [{ kind: "quota" }, 403, 2010],
    [{ kind: "unauthorized" }, 401, 2],
    [{ kind: "moderated" }, 400, 2008],
    [{ kind: "rate_limited" }, 429, 2000],
    [{ kind: "rate_limited", variant: "rate" }, 429, 1007],
    [{ kind: "quota", status: 200 }, 200, 2010],
  ] as const)("Tripo answers %j by %i and code %i", async (rule, status, code) => {
    simulator.setFaults([rule]);
    const response = await tripo();
    expect([response.status, ((await response.json()) as Json).code]).toEqual([status, code]);
  });
});

describe("what becomes of a job", () => {
  it("job_failed ends it with 2018 and gives the money back", async () => {
    const task = await taskWith({ kind: "job_failed" });
    expect(task).toMatchObject({ status: "failed", error_code: 2018, credits_consumed: 0 });
    expect(simulator.purchases().at(-1)?.refunded).toBe(true);
  });

  it("moderated ends it with 2008 when noticed in the task", async () => {
    expect(await taskWith({ kind: "moderated", stage: "task" })).toMatchObject({ error_code: 2008 });
  });

  it("no_outputs ends it with nothing to fetch", async () => {
    expect(await taskWith({ kind: "no_outputs" })).toMatchObject({ status: "success", output: {} });
  });

  it("unknown_status shows a word that nobody knows to one look, and then goes on", async () => {
    simulator.setFaults([{ kind: "unknown_status", word: "brooding", on: "read" }]);
    const { data } = (await (await tripo()).json()) as Json;
    const { data: task } = (await (await buyer.get(`/tripo/v3/tasks/${data.task_id}`)).json()) as Json;
    expect(task.status).toBe("brooding");
    expect((await finished(buyer, data.task_id)).status).toBe("success");
  });

  it("link_expired makes links dead until the task is read again", async () => {
    const task = await taskWith({ kind: "link_expired" });
    expect((await fetch(task.output.rendered_image_url)).status).toBe(403);
    expect((await fetch(task.output.rendered_image_url)).status).toBe(403);
    const fresh = await finished(buyer, task.task_id);
    expect((await fetch(fresh.output.rendered_image_url)).status).toBe(200);
  });

  it("link_expired on a media request kills the links handed out so far", async () => {
    const task = await taskWith({ kind: "link_expired", on: "media" });
    expect((await fetch(task.output.rendered_image_url)).status).toBe(403);
    const fresh = await finished(buyer, task.task_id);
    expect((await fetch(fresh.output.rendered_image_url)).status).toBe(200);
  });

  it("truncated_body cuts a download, also by a directive in the prompt that made the job", async () => {
    const response = await tripo("a cup [[fault:truncated_body on=media times=1]]");
    const task = await finished(buyer, ((await response.json()) as Json).data.task_id);
    const cut = await fetch(task.output.rendered_image_url);
    await expect(cut.arrayBuffer()).rejects.toThrow();
    const whole = await fetch(task.output.rendered_image_url);
    expect((await whole.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });
});
