import { validateBytes } from "gltf-validator";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, type Json, photo, pixelAt } from "../../testing/buyer.ts";

type Entry = readonly [string, string | Uint8Array];

const root = "/stability/v2beta/";
let simulator: Simulator;
let buyer: Buyer;
let image: Entry;

beforeAll(async () => {
  simulator = await startSimulator();
  buyer = createBuyer(simulator);
  image = ["image", await photo(200, 150)];
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.close());

const send = (path: string, entries: readonly Entry[], headers = {}) =>
  buyer.form(root + path, entries, headers);
const core = "stable-image/generate/core";
const prompt: Entry = ["prompt", "a vase"];
/** Sends what must be refused; nothing may be sold. */
async function refused(path: string, entries: readonly Entry[], headers = {}): Promise<Json> {
  const before = simulator.purchases().length;
  const response = await send(path, entries, headers);
  const body = (await response.json()) as Json;
  expect(simulator.purchases().length).toBe(before);
  expect(body.id).toEqual(expect.any(String));
  return { status: response.status, ...body };
}

describe("what is refused by 400", () => {
  const sized = async (width: number, height: number): Promise<Entry> => [
    "image",
    await photo(width, height),
  ];
  const p = "stable-image/";
  it.each<[string, string, () => readonly Entry[] | Promise<readonly Entry[]>, string]>([
    ["no prompt", core, () => [], "prompt: is required"],
    ["an empty prompt", core, () => [["prompt", ""]], "prompt: must be at least 1 character"],
    [
      "a prompt of 10,001",
      core,
      () => [["prompt", "a".repeat(10_001)]],
      "prompt: must be at most 10000 characters",
    ],
    ["an unknown field", core, () => [prompt, ["n", "2"]], "n: is not allowed"],
    ["a picture where none belongs", core, () => [prompt, image], "image: is not allowed"],
    [
      "a seed too large",
      core,
      () => [prompt, ["seed", "4294967295"]],
      "seed: must be less than or equal to 4294967294",
    ],
    ["a seed in words", core, () => [prompt, ["seed", "any"]], "seed: must be a number"],
    ["an unknown ratio", core, () => [prompt, ["aspect_ratio", "4:3"]], "aspect_ratio: must be one of"],
    ["an unknown preset", core, () => [prompt, ["style_preset", "gouache"]], "style_preset: must be one of"],
    [
      "strength left out",
      `${p}generate/ultra`,
      () => [prompt, image],
      "strength: is required when image is provided",
    ],
    [
      "a ratio for a picture",
      `${p}generate/sd3`,
      () => [prompt, image, ["mode", "image-to-image"], ["strength", "1"], ["aspect_ratio", "1:1"]],
      "aspect_ratio: is not allowed for mode image-to-image",
    ],
    [
      "a picture for text",
      `${p}generate/sd3`,
      () => [prompt, image],
      "image: is not allowed for mode text-to-image",
    ],
    ["no picture", `${p}control/sketch`, () => [prompt], "image: is required"],
    [
      "a file that is no picture",
      `${p}control/sketch`,
      () => [prompt, ["image", Buffer.from("hello")]],
      "image: must be a valid image",
    ],
    [
      "a side under 64",
      `${p}control/sketch`,
      async () => [prompt, await sized(63, 100)],
      "image: Image width and height must be at least 64",
    ],
    [
      "proportions over 2.5",
      `${p}control/structure`,
      async () => [prompt, await sized(300, 100)],
      "image: aspect ratio must be between",
    ],
    [
      "no style reference",
      `${p}control/style-transfer`,
      () => [["init_image", image[1]]],
      "style_image: is required",
    ],
    ["a prompt to erase", `${p}edit/erase`, () => [image, prompt], "prompt: is not allowed"],
    [
      "a grown mask over 20",
      `${p}edit/erase`,
      () => [image, ["grow_mask", "21"]],
      "grow_mask: must be less than or equal to 20",
    ],
    ["half a pixel", `${p}edit/outpaint`, () => [image, ["left", "1.5"]], "left: must be an integer"],
    ["no side to outpaint", `${p}edit/outpaint`, () => [image], "outpaint: at least one of"],
    [
      "search_prompt for a recolour",
      `${p}edit/search-and-recolor`,
      () => [image, prompt, ["search_prompt", "ball"]],
      "select_prompt: is required",
    ],
    [
      "jpeg without background",
      `${p}edit/remove-background`,
      () => [image, ["output_format", "jpeg"]],
      "output_format: must be one of png, webp",
    ],
    [
      "no background",
      `${p}edit/replace-background-and-relight`,
      () => [["subject_image", image[1]]],
      "background_prompt: is required",
    ],
    [
      "light from nowhere",
      `${p}edit/replace-background-and-relight`,
      () => [
        ["subject_image", image[1]],
        ["background_prompt", "sea"],
        ["light_source_strength", "1"],
      ],
      "light_source_strength: requires",
    ],
    [
      "creativity over 0.5",
      `${p}upscale/conservative`,
      () => [image, prompt, ["creativity", "0.6"]],
      "creativity: must be less",
    ],
    [
      "1.3 at Fast 3D",
      "3d/stable-fast-3d",
      () => [image, ["foreground_ratio", "1.3"]],
      "foreground_ratio: must be less than or equal to 1",
    ],
    ["a seed at Fast 3D", "3d/stable-fast-3d", () => [image, ["seed", "1"]], "seed: is not allowed"],
    [
      "under 640 at SPAR3D",
      "3d/stable-point-aware-3d",
      () => [image],
      "image: Image width and height must be at least 640",
    ],
  ])("%s", async (_, path, entries, message) => {
    const body = await refused(path, await entries());
    expect(body).toMatchObject({ status: 400, name: "bad_request" });
    expect(body.errors).toContainEqual(expect.stringContaining(message));
  });

  it("all fields at once", async () => {
    const { errors } = await refused(core, [
      ["seed", "x"],
      ["size", "1x1"],
    ]);
    expect(errors).toHaveLength(3);
  });

  it("JSON bodies, and answers that it does not have", async () => {
    const json = await buyer.post(root + core, { prompt: "a vase" });
    expect([json.status, ((await json.json()) as Json).errors]).toEqual([
      400,
      ["content-type: must be multipart/form-data"],
    ]);
    expect((await refused(core, [prompt], { accept: "text/html" })).errors[0]).toMatch(/^accept:/);
  });
});

describe("what is refused otherwise", () => {
  it("a body over 10 MiB, another language, no key, another route", async () => {
    const large: Entry = ["image", Buffer.alloc(10 * 1024 * 1024 + 1)];
    expect(await refused("stable-image/edit/erase", [large])).toMatchObject({
      status: 413,
      name: "payload_too_large",
    });
    expect(await refused(core, [["prompt", "красная ваза"]])).toMatchObject({
      status: 422,
      name: "invalid_language",
    });
    expect(await refused(core, [prompt], { authorization: "" })).toMatchObject({
      status: 401,
      name: "unauthorized",
    });
    expect(await refused("stable-image/generate/sd2", [prompt])).toMatchObject({ status: 404 });
    const v1 = await buyer.get("/stability/v1/user/balance", { authorization: "" });
    expect(await v1.json()).toMatchObject({ name: "unauthorized", message: expect.any(String) });
  });

  it.each([
    [{ kind: "rate_limited" }, 429, "rate_limit_exceeded"],
    [{ kind: "quota" }, 402, "payment_required"],
    [{ kind: "moderated" }, 403, "content_moderation"],
    [{ kind: "moderated", variant: "public_figure" }, 422, "public_figure"],
    [{ kind: "unauthorized" }, 401, "unauthorized"],
    [{ kind: "server_error" }, 500, "internal_error"],
    [{ kind: "job_failed" }, 400, "bad_request"],
  ] as const)("by the fault %j: %i %s", async (rule, status, name) => {
    simulator.setFaults([rule]);
    expect(await refused(core, [prompt])).toMatchObject({ status, name });
  });

  it("too many requests, without Retry-After, and with an id that says so", async () => {
    simulator.setFaults([{ kind: "rate_limited" }]);
    const response = await send(core, [prompt]);
    expect(response.headers.has("retry-after")).toBe(false);
    expect(await response.json()).toMatchObject({ id: "rate_limit_exceeded" });
  });
});

describe("what the filter caught", () => {
  const path = "stable-image/upscale/fast";
  const cut = () => send(path, [image]);
  /** How steep the upper edge of the ball is. */
  const steepness = async (bytes: Uint8Array) => {
    const [above, inside] = [await pixelAt(bytes, 0.5, 0.22), await pixelAt(bytes, 0.5, 0.28)];
    return Math.abs((inside[2] ?? 0) - (above[2] ?? 0));
  };

  it("is blurred and says so, as bytes and as JSON, and is paid", async () => {
    const honest = await steepness(await (await cut()).bytes());
    simulator.setFaults([{ kind: "moderated", stage: "placeholder", times: 2 }]);
    const before = simulator.purchases().length;
    const bytes = await cut();
    expect([bytes.status, bytes.headers.get("finish-reason")]).toEqual([200, "CONTENT_FILTERED"]);
    expect(await steepness(await bytes.bytes())).toBeLessThan(honest / 2);
    const json = (await (await send(path, [image], { accept: "application/json" })).json()) as Json;
    expect(json.finish_reason).toBe("CONTENT_FILTERED");
    expect(await steepness(Buffer.from(json.image, "base64"))).toBeLessThan(honest / 2);
    expect(simulator.purchases().length - before).toBe(2);
  });

  it("may be nothing at all", async () => {
    simulator.setFaults([{ kind: "no_outputs", times: 2 }]);
    expect((await (await cut()).bytes()).length).toBe(0);
    const json = await send(path, [image], { accept: "application/json" });
    expect(await json.json()).toEqual({ seed: 0, finish_reason: "SUCCESS" });
  });
});

describe("3D", () => {
  it("makes a valid GLB with a texture of the resolution asked for", async () => {
    const entries = [image, ["texture_resolution", "512"], ["vertex_count", "2000"]] as const;
    const response = await send("3d/stable-fast-3d", entries);
    expect(response.headers.get("content-type")).toBe("model/gltf-binary");
    const report = await validateBytes(await response.bytes());
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    expect(report.info.resources).toContainEqual(
      expect.objectContaining({ image: expect.objectContaining({ width: 512, height: 512 }) }),
    );
    expect(simulator.purchases().at(-1)).toMatchObject({ operation: "3d/stable-fast-3d", credits: 10 });
  });

  it("takes 1.3 and a number of faces at SPAR3D", async () => {
    const large: Entry = ["image", await photo(640, 640)];
    const entries = [
      large,
      ["foreground_ratio", "1.3"],
      ["target_type", "face"],
      ["target_count", "500"],
    ] as const;
    const response = await send("3d/stable-point-aware-3d", entries);
    const { info } = await validateBytes(await response.bytes());
    expect(info.totalTriangleCount).toBeLessThan(600);
    expect(simulator.purchases().at(-1)?.credits).toBe(4);
  });
});

describe("the account", () => {
  it("has less credits after each purchase, and an invoice by operation", async () => {
    const customer = createBuyer(simulator, "sk-fresh");
    const credits = async () =>
      ((await (await customer.get("/stability/v1/user/balance")).json()) as Json).credits;
    const before = await credits();
    await customer.form(`${root}stable-image/edit/remove-background`, [image]);
    expect(before - (await credits())).toBe(5);
    const invoice = simulator.invoice().find(({ vendor }) => vendor === "stability");
    expect(invoice).toMatchObject({ unit: "credits" });
    expect(invoice?.lines.map(({ operation }) => operation)).toContain("edit/remove-background");
    const account = (await (await customer.get("/stability/v1/user/account")).json()) as Json;
    expect(account).toMatchObject({ id: expect.any(String), organizations: [expect.anything()] });
  });

  it("counts a purchase by the buyer's reference, or by the user's", async () => {
    const path = "stable-image/edit/remove-background";
    await send(path, [image], { "x-request-id": "order-1" });
    await send(path, [image], { "stability-client-user-id": "user-1" });
    const references = simulator
      .purchases()
      .slice(-2)
      .map(({ client_reference }) => client_reference);
    expect(references).toEqual(["order-1", "user-1"]);
  });
});
