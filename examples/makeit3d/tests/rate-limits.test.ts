import { afterAll, beforeAll, expect, it } from "vitest";
import { openShop, type Shop } from "./shop.ts";

// The limits of the example's environment, over its own catalogue: what counts where.

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({
    credits: 10_000,
    environment: {
      PROVIDER_NAMES: "tripo=provider_t",
      BFF_OPENAI_REQUESTS_PER_MINUTE: "4",
      BFF_TRIPO_REFINE_REQUESTS_PER_MINUTE: "6",
      BFF_TRIPO_OTHER_REQUESTS_PER_MINUTE: "12",
    },
  });
});
afterAll(() => shop.close());

let tasks = 0;
async function limitOf(operation: string, body: object): Promise<string | null> {
  const answer = await shop.ask("ada", `/generate/${operation}`, { task_id: `limited_${tasks++}`, ...body });
  expect(answer.status, answer.text).toBe(202);
  return answer.headers.get("ratelimit-limit");
}

it("are found again at the providers' public names", async () => {
  const prompt = "a compass";
  expect(await limitOf("text-to-image", { provider: "openai", prompt })).toBe("4");
  expect(await limitOf("text-to-image", { provider: "recraft", prompt })).toBeNull();
  expect(await limitOf("text-to-model", { provider: "provider_t", prompt })).toBe("12");
  const draft = await shop.make("ada", "text-to-model", { prompt, provider: "provider_t" });
  expect(await limitOf("refine-model", { draft_generation_id: draft.generation_id, texture: true })).toBe(
    "6",
  );
});
