import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { seedream } from "./index.ts";

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const event = (data: object) => `data: ${JSON.stringify({ model: "m", created: 1, ...data })}\n\n`;
const came = (image_index: number) =>
  event({
    type: "image_generation.partial_succeeded",
    image_index,
    url: `https://files.example.com/${image_index}`,
  });
const failed = (image_index: number, code: string) =>
  event({ type: "image_generation.partial_failed", image_index, error: { code, message: "CANARY" } });
const completed = (generated_images: number) =>
  event({ type: "image_generation.completed", usage: { generated_images } });
const end = "data: [DONE]\n\n";
const sensitive = "OutputImageSensitiveContentDetected";

interface Answering {
  readonly n?: number;
  /** What becomes of the connection behind the last piece. */
  readonly then?: "end" | "cut" | "silence";
  readonly status?: number;
  readonly type?: string;
}

/** A series of three, answered with these pieces. */
async function draw(pieces: readonly string[], { n = 3, then = "end", status = 200, type }: Answering = {}) {
  const server = createServer(async (request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": type ?? "text/event-stream; charset=utf-8" });
    for (const piece of pieces) {
      response.write(piece);
      // Each in a packet of its own.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (then === "end") response.end();
    if (then === "cut") response.destroy();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = seedream({
    apiKey: "key",
    baseUrl,
    ...(then === "silence" ? { idleTimeoutMs: 1_000 } : {}),
  });
  const progress: (number | undefined)[] = [];
  const warnings: string[] = [];
  const logger = {
    ...submitContext().logger,
    warn: (_: object, message: string) => void warnings.push(message),
  };
  const context = submitContext({ logger, report: (seen) => progress.push(seen.progress) });
  const job = jobOf("text-to-image", { prompt: "p", n }, { outputs: n });
  return { ...(await buy(provider, job, context)), progress, warnings };
}
const outputs = (...indexes: number[]) =>
  indexes.map((index) => ({ index, source: { url: `https://files.example.com/${index}` } }));

describe("a series", () => {
  it("delivers its pictures, with the reason of each that failed, and tells how far it is", async () => {
    const { answer, progress } = await draw([came(0), failed(1, sensitive), came(2), completed(2), end]);
    expect(answer).toEqual({
      state: "done",
      outputs: outputs(0, 2),
      failures: [{ index: 1, code: "content_rejected" }],
      cost: { unit: "images", amount: 2 },
    });
    expect(progress).toEqual([33, 67, 99]);
  });

  it("is read whatever its packets, line ends and event names", async () => {
    const text = [came(0), came(1), came(2), completed(3), end].join("");
    const crlf = text.replaceAll("data:", ": hello\nevent: image\ndata:").replaceAll("\n", "\r\n");
    const pieces = Array.from({ length: Math.ceil(crlf.length / 37) }, (_, at) =>
      crlf.slice(at * 37, at * 37 + 37),
    );
    const { answer } = await draw(pieces);
    expect(answer).toMatchObject({ outputs: outputs(0, 1, 2), failures: [], cost: { amount: 3 } });
  });

  it("is not said to have failed where its pictures came out and their links did not: that is billed", async () => {
    const linkless = [0, 1, 2].map((image_index) =>
      event({ type: "image_generation.partial_succeeded", image_index, url: null }),
    );
    const { error } = await draw([...linkless, completed(3), end]);
    expect(error).toMatchObject({ outcome: "unknown", cost: { unit: "images", amount: 3 } });
  });

  it("may be shorter than was asked", async () => {
    const { answer } = await draw([came(0), completed(1), end]);
    expect(answer).toMatchObject({
      outputs: outputs(0),
      failures: [
        { index: 1, code: "provider_failed" },
        { index: 2, code: "provider_failed" },
      ],
    });
  });

  it("is never longer than was priced", async () => {
    const { answer } = await draw([came(0), came(1), came(2), completed(3), end], { n: 2 });
    expect(answer).toMatchObject({ outputs: outputs(0, 1), failures: [], cost: { amount: 3 } });
  });

  it.each(["end", "cut", "silence"] as const)(
    "delivers what came before the %s that comes too early",
    async (then) => {
      const { answer } = await draw([came(0), failed(1, sensitive), 'data: {"type":"image_gen'], { then });
      expect(answer).toMatchObject({
        outputs: outputs(0),
        failures: [
          { index: 1, code: "content_rejected" },
          { index: 2, code: "output_unavailable" },
        ],
        cost: { unit: "images", amount: 1 },
      });
    },
  );

  it.each(["end", "cut", "silence"] as const)(
    "leaves the question open at an early %s without a picture",
    async (then) => {
      const { error } = await draw([failed(0, sensitive), ": still here\n\n"], { then });
      expect(error).toMatchObject({ code: "submission_unknown", outcome: "unknown" });
    },
  );

  it.each([[completed(0)], []])(
    "is refused when every picture was, also without its end %j",
    async (...rest) => {
      const all = [failed(0, sensitive), failed(1, sensitive), failed(2, sensitive)];
      const { error } = await draw([...all, ...rest]);
      expect(error).toMatchObject({
        code: "content_rejected",
        outcome: "failed",
        details: { stage: "output" },
      });
    },
  );

  it.each([
    [
      "InputTextSensitiveContentDetected",
      { code: "content_rejected", outcome: "refused", details: { stage: "input" } },
    ],
    ["AccountOverdueError", { code: "provider_unavailable", outcome: "refused", operator: true }],
    ["ModelNotOpen", { code: "provider_unavailable", outcome: "refused", operator: true }],
    ["ServerOverloaded", { code: "provider_unavailable", outcome: "refused", retryAfterMs: 2_000 }],
    ["SetLimitExceeded", { code: "provider_unavailable", outcome: "refused", retryAfterMs: undefined }],
    ["InternalServiceError", { code: "submission_unknown", outcome: "unknown" }],
    ["OfTomorrow", { code: "submission_unknown", outcome: "unknown" }],
  ])("that fails as a whole as %s is classed by that code", async (code, expected) => {
    const { error } = await draw([event({ error: { code, message: "CANARY" } })]);
    expect(error).toMatchObject(expected);
  });

  it.each([
    [sensitive, "content_rejected"],
    ["InternalServiceError", "provider_failed"],
  ])("that fails as %s in its middle delivers what came", async (code, reason) => {
    const { answer } = await draw([came(0), event({ error: { code, message: "CANARY" } })]);
    const failures = [1, 2].map((index) => ({ index, code: reason }));
    expect(answer).toMatchObject({ outputs: outputs(0), failures });
  });

  it("goes on and says so in the log when an event is new to it", async () => {
    const { answer, warnings } = await draw([
      came(0),
      event({ type: "image_generation.pondered" }),
      came(1),
      came(2),
      completed(3),
    ]);
    expect(answer).toMatchObject({ outputs: outputs(0, 1, 2) });
    expect(warnings).toEqual(["unknown event"]);
  });

  it.each(["data: nonsense\n\n", "data: {}\n\n", `data: ${"x".repeat(200_000)}`])(
    "leaves the question open at %.20s",
    async (piece) => {
      const { error } = await draw([piece]);
      expect(error).toMatchObject({ code: "submission_unknown", outcome: "unknown" });
    },
  );

  it("may be answered with plain JSON: a refusal", async () => {
    const body = JSON.stringify({ error: { code: "InvalidParameter", param: "size" } });
    const { error } = await draw([body], { status: 400, type: "application/json" });
    expect(error).toMatchObject({
      code: "validation_failed",
      outcome: "refused",
      details: { field: "size" },
    });
  });

  it("may be answered with plain JSON: its pictures", async () => {
    const body = JSON.stringify({
      data: [{ url: "https://files.example.com/0" }, { error: { code: sensitive } }],
    });
    const { answer } = await draw([body], { n: 2, type: "application/json" });
    expect(answer).toMatchObject({ outputs: outputs(0), failures: [{ index: 1, code: "content_rejected" }] });
  });
});
