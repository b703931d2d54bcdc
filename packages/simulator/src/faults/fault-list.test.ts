import { readFileSync } from "node:fs";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../simulator.ts";
import { type Buyer, createBuyer, finished, type Json } from "../testing/buyer.ts";
import { faultKinds } from "./catalogue.ts";
import type { FaultRule } from "./rule.ts";

// The provider fault list of the reliability specification, section 5, number by number. Faults on the wire, of
// outputs and of reading are the base's: what is shown here at one vendor is true of every other.

let simulator: Simulator;
let buyer: Buyer;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 30 });
  buyer = createBuyer(simulator);
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const order = { model: "v3.1-20260211", prompt: "a cup", face_limit: 100 };
const create = (prompt = order.prompt, signal?: AbortSignal) =>
  buyer.post("/tripo/v3/generation/text-to-model", { ...order, prompt }, {}, signal);
const paint = (more: object = {}) =>
  buyer.post("/openai/v1/images/generations", {
    model: "gpt-image-2.5-flare",
    prompt: "a cat",
    size: "816x832",
    output_format: "jpeg",
    ...more,
  });
const fault = (...rules: FaultRule[]) => simulator.setFaults(rules);
const json = async (response: Response): Promise<Json> => response.json();
const read = async (id: string) => json(await buyer.get(`/tripo/v3/tasks/${id}`));
const task = async (): Promise<Json> => finished(buyer, (await json(await create())).data.task_id);
/** Every test begins with a task of its own, whose links are honest. */
const preview = async (rule: FaultRule): Promise<string> => {
  const { output } = await task();
  fault(rule);
  return output.rendered_image_url;
};
async function bought(action: () => Promise<unknown>): Promise<number> {
  const before = simulator.purchases().length;
  await action();
  return simulator.purchases().length - before;
}
const failureOf = async (attempt: Promise<unknown>): Promise<string> => {
  const error = await attempt.then(
    () => undefined,
    (reason: Error) => reason,
  );
  return String((error?.cause as { code?: string } | undefined)?.code ?? error?.message);
};
const isReachable = () => fetch(simulator.url).then(Boolean, () => false);

describe("the connection", () => {
  const reopen = async () => {
    simulator.goOffline(1);
    await expect.poll(isReachable).toBe(true);
  };

  it("1: is refused while the port is closed, by order", async () => {
    expect((await buyer.post("/_/offline", { ms: 600_000 })).status).toBe(200);
    expect(await failureOf(create())).toBe("ECONNREFUSED");
    await reopen();
    expect((await create()).status).toBe(200);
  });

  it("1: is refused after a request that met the fault, which bought nothing", async () => {
    fault({ kind: "connect_refused", closedMs: 600_000 });
    expect(await bought(() => expect(create()).rejects.toThrow())).toBe(0);
    expect(await failureOf(create())).toBe("ECONNREFUSED");
    await reopen();
  });

  it("1: fails in its TLS where a client speaks it to this port", async () => {
    const url = simulator.url.replace("http:", "https:");
    expect(await failureOf(fetch(url))).toMatch(/SSL|TLS|EPROTO|ECONNRESET|UND_ERR/);
  });

  it.each([
    ["2: accepts and sends no headers", { kind: "hang" }, 1],
    ["2: sends nothing and accepts nothing", { kind: "hang", accepted: false }, 0],
  ] as const)("%s", async (_, rule, sold) => {
    fault(rule);
    const before = simulator.purchases().length;
    const patience = new AbortController();
    const answer = failureOf(create(order.prompt, patience.signal));
    const hits = async () => (await json(await buyer.get("/_/faults"))).rules[0].hits;
    await expect.poll(hits).toBe(1);
    await expect.poll(() => simulator.purchases().length - before).toBe(sold);
    patience.abort();
    expect(await answer).toMatch(/abort/i);
  });

  it("3: sends headers and no body", async () => {
    fault({ kind: "hang", variant: "body" });
    const response = await create();
    expect(response.status).toBe(200);
    const body = response.text().catch(() => "given up");
    expect(await Promise.race([body, new Promise((resolve) => setTimeout(resolve, 200, "silence"))])).toBe(
      "silence",
    );
  });

  it("4: sends a body byte by byte", async () => {
    fault({ kind: "slow_body" });
    const reader = (await create()).body?.getReader();
    // As many bytes as seconds have passed, on however slow a machine.
    for (let turn = 0; turn < 2; turn++) expect((await reader?.read())?.value?.length).toBeLessThan(20);
    await reader?.cancel();
    fault({ kind: "slow_body", bytesPerSecond: 100_000 });
    expect((await json(await create())).code).toBe(0);
  });

  it("5: is reset in the middle of a body", async () => {
    fault({ kind: "reset_body" });
    // A busy client may see the reset before it has looked at the headers.
    const failure = failureOf(create().then((response) => response.text()));
    expect(await failure).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  });

  it("6: ends before the promised length", async () => {
    fault({ kind: "truncated_body" });
    const response = await create();
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(50);
    await expect(response.text()).rejects.toThrow();
  });

  it("7: ends without the last chunk, after the whole body", async () => {
    fault({ kind: "unterminated_body" });
    const response = await create();
    expect(response.headers.get("transfer-encoding")).toBe("chunked");
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(JSON.parse(new TextDecoder().decode(value)).code).toBe(0);
    await expect(reader?.read()).rejects.toThrow();
  });
});

describe("the answer", () => {
  it("8: is an honest one with ten megabytes more", async () => {
    fault({ kind: "nonsense", variant: "large" });
    const text = await (await create()).text();
    expect(text.length).toBeGreaterThan(10 * 1024 * 1024);
    expect(JSON.parse(text).data.task_id).toBe(simulator.purchases().at(-1)?.purchase_id);
  });

  it("8: is an honest one with a hundred thousand brackets more", async () => {
    fault({ kind: "nonsense", variant: "deep" });
    const text = await (await create()).text();
    expect(text.split("[").length).toBeGreaterThan(100_000);
    expect(text.split("[").length).toBe(text.split("]").length);
  });

  it.each([
    [0, "0"],
    [-5, "-5"],
    [999_999_999_999, "999999999999"],
  ])("9: is 429 with Retry-After %s", async (retryAfter, header) => {
    fault({ kind: "rate_limited", retryAfter });
    const response = await create();
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, header]);
  });

  it("9: is 503 with Retry-After, or a date that is over", async () => {
    fault(
      { kind: "rate_limited", status: 503, retryAfter: 3 },
      { kind: "rate_limited", retryAfter: "date", seconds: -60 },
    );
    const first = await create();
    expect([first.status, first.headers.get("retry-after")]).toEqual([503, "3"]);
    expect(Date.parse((await create()).headers.get("retry-after") ?? "")).toBeLessThan(Date.now());
  });

  it.each([500, 502, 503, 504])("10 and 11: is %i, and the job was accepted or not", async (status) => {
    for (const accepted of [false, true]) {
      fault({ kind: "server_error", status, accepted });
      const sold = await bought(async () => expect((await create()).status).toBe(status));
      expect(sold).toBe(accepted ? 1 : 0);
    }
  });

  it("12: is one, and two were sold", async () => {
    fault({ kind: "accepted_twice" });
    expect(await bought(async () => expect((await create()).status).toBe(200))).toBe(2);
    const [one, two] = simulator.purchases().slice(-2);
    expect(one?.request_digest).toBe(two?.request_digest);
    expect(one?.purchase_id).not.toBe(two?.purchase_id);
  });

  it("33: is 401 while a job runs, which goes on", async () => {
    const { data } = await json(await create());
    fault({ kind: "unauthorized", on: "read" });
    expect((await buyer.get(`/tripo/v3/tasks/${data.task_id}`)).status).toBe(401);
    expect((await finished(buyer, data.task_id)).status).toBe("success");
  });

  it("34: says that our account is empty", async () => {
    fault({ kind: "quota", vendor: "tripo" }, { kind: "quota", vendor: "openai" });
    expect(await json(await create())).toMatchObject({ code: 2010 });
    expect(await json(await paint())).toMatchObject({ error: { code: "insufficient_quota" } });
  });
});

describe("a job", () => {
  it("13: is not found right after it was made", async () => {
    const { data } = await json(await create("a cup [[fault:job_not_found times=2]]"));
    const codes = [await read(data.task_id), await read(data.task_id), await read(data.task_id)];
    expect(codes.map(({ code }) => code)).toEqual([2001, 2001, 0]);
  });

  it("14: has a status that nobody knows", async () => {
    fault({ kind: "unknown_status", word: "brooding", forever: true });
    const { data } = await json(await create());
    expect((await read(data.task_id)).data.status).toBe("brooding");
  });

  it("15: goes back to the queue, and back to work after its end", async () => {
    const slow = await startSimulator({ jobMs: 400 });
    const customer = createBuyer(slow);
    const { data } = await json(await customer.post("/tripo/v3/generation/text-to-model", order));
    const look = async () => (await json(await customer.get(`/tripo/v3/tasks/${data.task_id}`))).data.status;
    const first = await look();
    await expect.poll(look).toBe("success");
    slow.setFaults([{ kind: "status_backwards", variant: "complete" }]);
    expect([await look(), await look()]).toEqual([first, "success"]);
    slow.setFaults([{ kind: "status_backwards" }]);
    expect([await look(), await look()]).toEqual([first, "success"]);
    await slow.close();
  });

  it.each([
    ["over", /"progress":250\b/],
    ["negative", /"progress":-5\b/],
    ["text", /"progress":"NaN"/],
    ["null", /"progress":null/],
    ["nan", /"progress":NaN/],
  ])("16: has a progress that is no percentage: %s", async (variant, expected) => {
    const { data } = await json(await create());
    fault({ kind: "odd_progress", variant });
    expect(await (await buyer.get(`/tripo/v3/tasks/${data.task_id}`)).text()).toMatch(expected);
    expect((await read(data.task_id)).data.progress).toBeLessThanOrEqual(100);
  });

  it("28: cancels itself, and costs nothing", async () => {
    fault({ kind: "job_cancelled" });
    const { data } = await json(await create());
    await expect.poll(async () => (await read(data.task_id)).data.status).toBe("cancelled");
    expect(simulator.purchases().at(-1)?.refunded).toBe(true);
  });

  it("29: is complete after it was cancelled, and costs what it costs", async () => {
    fault({ kind: "job_cancelled", variant: "completes" });
    const { data } = await json(await create());
    await expect.poll(async () => (await read(data.task_id)).data.status).toBe("success");
    expect(simulator.purchases().at(-1)?.refunded).toBe(false);
  });

  it("31: has another id from one moment on, good for the same job", async () => {
    const { task_id } = await task();
    fault({ kind: "job_id_changed" });
    const { data } = await read(task_id);
    expect(data.task_id).not.toBe(task_id);
    expect(data.task_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect((await read(data.task_id)).data.task_id).toBe(task_id);
  });

  it("32: was made by another clock", async () => {
    const { task_id, created_at } = await task();
    fault({ kind: "clock_skew", seconds: -7200 });
    const response = await buyer.get(`/tripo/v3/tasks/${task_id}`);
    const { data } = await json(response);
    expect(Date.parse(data.created_at) - Date.parse(created_at)).toBe(-7_200_000);
    expect(Date.parse(response.headers.get("date") ?? "")).toBeLessThan(Date.now() - 7_000_000);
    fault({ kind: "clock_skew" });
    expect((await json(await paint())).created).toBeGreaterThan(Date.now() / 1000 + 3500);
  });
});

describe("the outputs of a finished job", () => {
  const outputs = async (variant: string, more: object = {}) => {
    const { task_id, output } = await task();
    fault({ kind: "odd_outputs", variant, ...more });
    return { honest: output, odd: (await read(task_id)).data.output };
  };

  it("17: are none", async () => {
    fault({ kind: "no_outputs" });
    expect(await task()).toMatchObject({ status: "success", output: {} });
  });

  it("17: are null, or one of them is", async () => {
    expect((await outputs("null")).odd).toEqual({ model_url: null, rendered_image_url: null });
    expect((await outputs("null", { only: 1 })).odd.model_url).toMatch(/^http/);
  });

  it("17: are the same twice", async () => {
    const { odd } = await outputs("duplicate");
    expect(odd.rendered_image_url).toBe(odd.model_url);
  });

  it("27: are a data URL, a relative one, a file's, or a private one", async () => {
    expect((await outputs("data")).odd.model_url).toMatch(/^data:image\/png;base64,/);
    expect((await outputs("relative")).odd.model_url).toBe("/files/output.png");
    expect((await outputs("file")).odd.model_url).toMatch(/^file:/);
    expect((await outputs("private")).odd.model_url).toContain("169.254.169.254");
  });

  it("waits for an answer that has outputs", async () => {
    fault({ kind: "odd_outputs" });
    const { data } = await json(await create());
    await expect.poll(async () => (await read(data.task_id)).data.status).toBe("success");
    expect(simulator.traffic().filter((entry) => entry.fault === "odd_outputs")).toHaveLength(
      simulator.traffic().filter((entry) => entry.fault === "odd_outputs" && entry.path.includes("/tasks/"))
        .length,
    );
    const { rules } = await json(await buyer.get("/_/faults"));
    expect(rules[0].hits).toBe(1);
  });

  it.each([403, 404, 410])("19: cannot be had: %i", async (status) => {
    const link = await preview({ kind: "link_dead", status });
    expect((await fetch(link)).status).toBe(status);
    expect((await fetch(link)).status).toBe(200);
  });

  it("20: lie elsewhere: on another host, where they can be had", async () => {
    const link = await preview({ kind: "redirect" });
    const moved = await fetch(link, { redirect: "manual" });
    const location = moved.headers.get("location") ?? "";
    expect([moved.status, new URL(location).hostname]).toEqual([302, "localhost"]);
    const response = await fetch(location);
    expect(response.headers.get("content-type")).toBe("image/webp");
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  });

  it.each([
    ["private", /^http:\/\/169\.254\.169\.254\//],
    ["file", /^file:\/\/\//],
  ])("20: lie where nobody may go: %s", async (variant, expected) => {
    const link = await preview({ kind: "redirect", variant });
    expect((await fetch(link, { redirect: "manual" })).headers.get("location")).toMatch(expected);
  });

  it("20: lead round in circles", async () => {
    const link = await preview({ kind: "redirect", variant: "loop", times: null });
    await expect(fetch(link)).rejects.toThrow();
  });

  it("21: are called by a wrong type", async () => {
    const response = await fetch(await preview({ kind: "wrong_type" }));
    expect(response.headers.get("content-type")).toBe("text/html");
    expect((await sharp(await response.arrayBuffer()).metadata()).format).toBe("webp");
  });

  it.each(["html", "svg", "zip", "picture", "text"])("22: are something else: %s", async (variant) => {
    const response = await fetch(await preview({ kind: "wrong_content", variant }));
    expect(response.headers.get("content-type")).toBe("image/webp");
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.toString("latin1", 8, 12)).not.toBe("WEBP");
    expect(bytes.length).toBeGreaterThan(10);
  });

  it("23: are cut, in an answer that is whole", async () => {
    const link = await preview({ kind: "truncated_media" });
    const [cut, whole] = [await (await fetch(link)).bytes(), await (await fetch(link)).bytes()];
    expect(cut.length).toBe(Math.floor(whole.length * 0.6));
  });

  it("24: are empty", async () => {
    const response = await fetch(await preview({ kind: "empty_media" }));
    expect([response.status, (await response.bytes()).length]).toEqual([200, 0]);
  });

  it("25: never end", async () => {
    const response = await fetch(await preview({ kind: "endless_body", on: "media" }));
    let received = 0;
    for await (const chunk of response.body ?? []) {
      received += chunk.length;
      if (received > 20 * 1024 * 1024) break;
    }
    expect(received).toBeGreaterThan(20 * 1024 * 1024);
  });

  it("26: unpack to a thousand times their size", async () => {
    const response = await fetch(await preview({ kind: "compressed_body", on: "media", megabytes: 64 }));
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(Number(response.headers.get("content-length") ?? 0)).toBeLessThan(500_000);
    let received = 0;
    for await (const chunk of response.body ?? []) received += chunk.length;
    expect(received).toBeGreaterThan(64 * 1024 * 1024);
  });

  it("26: are packed several times over", async () => {
    const response = await fetch(
      await preview({ kind: "compressed_body", variant: "stacked", on: "media", layers: 4 }),
    );
    expect(response.headers.get("content-encoding")).toBe("gzip, gzip, gzip, gzip");
    expect((await sharp(await response.arrayBuffer()).metadata()).format).toBe("webp");
  });

  it("18: are a placeholder that is called a success", async () => {
    fault({ kind: "moderated", stage: "placeholder" });
    const caught = await task();
    expect(caught).toMatchObject({ status: "success", credits_consumed: 20 });
    const [blurred, honest] = [caught, await task()].map(async ({ output }) => {
      const bytes = await (await fetch(output.rendered_image_url)).arrayBuffer();
      return (await sharp(bytes).greyscale().stats()).sharpness;
    });
    expect(await blurred).toBeLessThan((await honest) ?? 0);
  });
});

describe("outputs inside an answer", () => {
  const pictures = async (rule: FaultRule, n = 1): Promise<(Buffer | null)[]> => {
    fault(rule);
    const { data } = await json(await paint({ n }));
    return data.map(({ b64_json }: Json) => (b64_json === null ? null : Buffer.from(b64_json, "base64")));
  };

  it("17: are too many, missing, the same or null", async () => {
    expect(await pictures({ kind: "odd_outputs", variant: "too_many" })).toHaveLength(3);
    const [one, two] = await pictures({ kind: "odd_outputs", variant: "duplicate" }, 2);
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    expect(await pictures({ kind: "odd_outputs", variant: "missing", only: "0+2" }, 3)).toHaveLength(1);
    expect((await pictures({ kind: "odd_outputs", only: "1" }, 2)).map((item) => item === null)).toEqual([
      false,
      true,
    ]);
  });

  it("18: are a placeholder that is called a success", async () => {
    const [blurred] = await pictures({ kind: "moderated", stage: "placeholder" });
    expect(await sharp(blurred ?? undefined).metadata()).toMatchObject({ format: "jpeg", width: 816 });
    expect((await sharp(blurred ?? undefined).stats()).sharpness).toBeLessThan(0.5);
  });

  it("22 to 24: are something else, cut or empty, each or some of them", async () => {
    const [stranger] = await pictures({ kind: "wrong_content" });
    expect(stranger?.toString()).toContain("<!doctype html>");
    const [whole, cut] = await pictures({ kind: "truncated_media", only: 1 }, 2);
    await expect(sharp(cut ?? undefined, { failOn: "truncated" }).toBuffer()).rejects.toThrow();
    expect((await sharp(whole ?? undefined).metadata()).format).toBe("jpeg");
    expect((await pictures({ kind: "empty_media" }))[0]).toHaveLength(0);
  });

  it("22: are something else in a stream of events, too", async () => {
    fault({ kind: "wrong_content", variant: "text" });
    const text = await (await paint({ stream: true })).text();
    const event = JSON.parse(text.split("data: ")[1] ?? "");
    expect(event.type).toBe("image_generation.completed");
    expect(Buffer.from(event.b64_json, "base64").toString()).toBe("The picture is ready.");
  });
});

describe("the list in the README", () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const rows = [...read("../../README.md").matchAll(/^\| (\d+) +\| [^|]*\| ([^|]*)\|$/gm)];

  it("has all numbers, by kinds that exist", () => {
    expect(rows.map(([, number]) => Number(number))).toEqual(Array.from({ length: 34 }, (_, at) => at + 1));
    for (const [, number, how = ""] of rows) {
      const kinds = faultKinds.filter((kind) => how.includes(`\`${kind}\``));
      expect(kinds.length, `number ${number}`).toBeGreaterThan(0);
    }
  });

  it("is acted out, number by number", () => {
    const tests = read("fault-list.test.ts") + read("../webhooks/webhooks.test.ts");
    const titles = [...tests.matchAll(/"(\d+)(?: (?:and|to) (\d+))?: /g)];
    const shown = titles.flatMap(([, from, to = from]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at),
    );
    expect([...new Set(shown)].sort((a, b) => a - b)).toEqual(Array.from({ length: 34 }, (_, at) => at + 1));
  });

  it("has a row in the table of faults for every kind", () => {
    const table = [...read("../../README.md").matchAll(/^\| `(\w+)` +\|/gm)].map(([, kind]) => kind);
    expect(faultKinds.filter((kind) => !table.includes(kind))).toEqual([]);
  });
});
