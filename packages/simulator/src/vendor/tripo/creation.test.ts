import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo } from "../../testing/buyer.ts";

const model = "v3.1-20260211";
let simulator: Simulator;
let buyer: Buyer;
let token: string;

beforeAll(async () => {
  simulator = await startSimulator({ canary: "zebra" });
  buyer = createBuyer(simulator);
  token = await upload(await photo());
});
afterAll(() => simulator.close());

async function upload(bytes: Uint8Array): Promise<string> {
  const response = await buyer.form("/tripo/v3/files", [["file", bytes]]);
  return ((await response.json()) as Json).data?.file_token;
}
const create = (operation: string, body: unknown) => buyer.post(`/tripo/v3/generation/${operation}`, body);

describe("creating a task", () => {
  it("answers a queued task, a trace id, and the request id it was sent", async () => {
    const body = {
      model,
      prompt: "a small brass desk lamp",
      texture_quality: "detailed",
      face_limit: 50_000,
    };
    const headers = { "x-request-id": "attempt-1" };
    const response = await buyer.post("/tripo/v3/generation/text-to-model", body, headers);
    expect(response.headers.get("x-tripo-trace-id")).toMatch(/^[0-9a-f-]{36}-zebra$/);
    expect(response.headers.get("x-request-id")).toBe("attempt-1");
    const answer = (await response.json()) as Json;
    expect(answer).toMatchObject({
      code: 0,
      status: "success",
      data: { type: "text_to_model", status: "queued" },
    });
    expect(simulator.purchases().at(-1)).toMatchObject({
      purchase_id: answer.data.task_id,
      client_reference: "attempt-1",
      credits: 30,
      usd: 0.3,
    });
  });

  it("buys twice when it is asked twice, and the traffic says so", async () => {
    const before = simulator.purchases().length;
    for (let time = 0; time < 2; time++) await create("text-to-model", { model, prompt: "the same cup" });
    expect(simulator.purchases().length).toBe(before + 2);
    expect(
      simulator
        .traffic()
        .slice(-2)
        .map(({ duplicate }) => duplicate),
    ).toEqual([false, true]);
  });

  it("takes a file token, and V2's way of naming one", async () => {
    expect((await create("image-to-model", { model, input: token })).status).toBe(200);
    const old = { model_version: model, file: { type: "png", file_token: token }, type: "image_to_model" };
    expect((await create("image-to-model", old)).status).toBe(200);
  });

  it.each([
    ["named views", (t: string) => [{ back: t }, { front: t }]],
    ["four positions", (t: string) => [t, "", t, ""]],
    ["V2's positions", (t: string) => [{ file_token: t }, {}, { file_token: t }, {}]],
  ])("takes several views as %s", async (_, inputs) => {
    const response = await create("multiview-to-model", { model, inputs: inputs(token) });
    expect(response.status).toBe(200);
    expect(simulator.purchases().at(-1)).toMatchObject({ operation: "multiview_to_model", credits: 30 });
  });

  it("fetches an address on this machine", async () => {
    const bytes = await photo(300, 300, "jpeg");
    const server = createServer((_, response) => response.end(bytes));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const input = `http://127.0.0.1:${(server.address() as AddressInfo).port}/photo.jpg`;
    expect((await create("image-to-model", { model, input })).status).toBe(200);
    server.close();
  });
});

describe("prices", () => {
  it.each([
    [{ texture: false, pbr: false }, 10],
    [{ pbr: true, texture: false }, 20],
    [{ texture_quality: "extreme" }, 40],
    [{ geometry_quality: "detailed", quad: true }, 45],
    [{ model: "P1-20260311" }, 40],
    [{ model: "P2-20260801", texture_quality: "detailed" }, 120],
  ])("asks for text to model with %j %i credits", async (options, credits) => {
    expect((await create("text-to-model", { model, prompt: "a vase", ...options })).status).toBe(200);
    expect(simulator.purchases().at(-1)?.credits).toBe(credits);
  });
});

describe("refusals", () => {
  it.each([
    ["text-to-model", { model: undefined }, 400, 1004],
    ["text-to-model", { model: "v2.0-20240919" }, 400, 2015],
    ["text-to-model", { model: "tripo-v3.1" }, 400, 2017],
    ["text-to-model", { prompt: undefined }, 400, 1004],
    ["text-to-model", { prompt: "x".repeat(1025) }, 400, 1004],
    ["text-to-model", { prompt: "a happy 🐈" }, 400, 2009],
    ["text-to-model", { negative_prompt: "x".repeat(256) }, 400, 1004],
    ["text-to-model", { texture: "yes" }, 400, 1004],
    ["text-to-model", { face_limit: 2_000_000 }, 400, 1004],
    ["text-to-model", { model_seed: 2 ** 31 }, 400, 1004],
    ["text-to-model", { model: "P1-20260311", quad: false }, 400, 1004],
    ["text-to-model", { model: "v2.5-20250123", texture_quality: "standard" }, 400, 1004],
    ["text-to-model", { generate_parts: true }, 400, 1004],
    ["image-to-model", {}, 400, 1004],
    ["image-to-model", { input: "file_unknown" }, 400, 1004],
    ["image-to-model", { input: "data:image/png;base64,AAAA" }, 400, 1004],
    ["image-to-model", { input: "https://example.com/cat.png" }, 400, 2020],
    ["image-to-model", { input: { object: { bucket: "b", key: "k" } } }, 404, 2019],
    ["multiview-to-model", { inputs: [{ front: "file_x" }] }, 400, 1004],
    ["multiview-to-model", { inputs: [{ left: "file_x" }, { back: "file_x" }] }, 400, 1004],
    ["multiview-to-model", { inputs: [{ task_id: "nobody" }] }, 404, 2001],
  ])("answers %s with %j by %i and code %i", async (operation, wrong, status, code) => {
    const before = simulator.purchases().length;
    const response = await create(operation, { model, prompt: "a cup", ...wrong });
    const body = (await response.json()) as Json;
    expect([response.status, body.code, body.status]).toEqual([status, code, "error"]);
    expect(body.message).toContain("zebra");
    expect(body.suggestion).toContain("zebra");
    expect(simulator.purchases().length).toBe(before);
  });

  it.each([
    ["nothing", new Uint8Array(), 2003],
    ["a text", Buffer.from("hello"), 2004],
    ["more than 20 MB", new Uint8Array(20 * 1024 * 1024 + 1), 2022],
  ])("refuses an upload of %s", async (_, bytes, code) => {
    const response = await buyer.form("/tripo/v3/files", [["file", bytes]]);
    expect(await response.json()).toMatchObject({ code });
  });

  it("refuses a picture that is too small, and an upload without a file", async () => {
    const small = await buyer.form("/tripo/v3/files", [["file", await photo(200, 300)]]);
    expect(await small.json()).toMatchObject({ code: 1004 });
    expect(await (await buyer.form("/tripo/v3/files", [["other", "x"]])).json()).toMatchObject({
      code: 1004,
    });
  });

  it.each(["", "Bearer ", "Bearer tcli_123"])(
    "answers the authorization %j with 401",
    async (authorization) => {
      const response = await fetch(`${simulator.url}/tripo/v3/account/balance`, {
        headers: { authorization },
      });
      expect([response.status, ((await response.json()) as Json).code]).toEqual([401, 2]);
    },
  );

  it("knows no other routes, methods or bodies", async () => {
    expect(await (await buyer.get("/tripo/v3/nowhere")).json()).toMatchObject({ code: 4001 });
    expect((await buyer.get("/tripo/v3/generation/text-to-model")).status).toBe(405);
    expect(await (await create("text-to-model", "{")).json()).toMatchObject({ code: 1003 });
    const text = { "content-type": "text/plain" };
    expect((await buyer.post("/tripo/v3/generation/text-to-model", "x", text)).status).toBe(415);
  });
});
