import { randomUUID } from "node:crypto";
import type { GenerationStatus } from "@genbff/core/contract";
import type { TestDatabase } from "../../../packages/core/src/testing/embedded/test-database.ts";
import type { Shelf } from "../shelves.ts";
import type { Shop } from "../shop.ts";
import type { Buyer } from "./buyers.ts";

/** Ours, before the vendors of the clients from npm, under the names of those clients. */
const beside: readonly (readonly [string, string, string])[] = [
  ["amber", "openai", "openai"],
  ["kelp", "ai", "openai"],
  ["grove", "@fal-ai/client", "fal"],
  ["iris", "replicate", "replicate"],
];

/** The same pictures bought through GenBFF: one press is one generation. */
export function ourBuyers(shop: Shop, shelves: readonly Shelf[], test: TestDatabase): Buyer[] {
  const ordersByReference = async () => {
    const attempts = await test.query<{ reference: string; prompt: string }>(
      `select a.client_reference as reference, g.prompt
         from genbff.attempts a join genbff.generations g on g.id = a.generation_id`,
    );
    const orderIn = (prompt: string) => /\[\[reference:([^\]]+)\]\]/.exec(prompt)?.[1] ?? "";
    return new Map(attempts.map(({ reference, prompt }) => [reference, orderIn(prompt)]));
  };
  const known = beside.filter(([shelf]) => shelves.some(({ name }) => name === shelf));
  return known.map(([shelf, client, vendor]) => ({
    name: `GenBFF, beside ${client}`,
    vendor,
    ordersByReference,
    async buy(prompt) {
      const user = "ada";
      const body = {
        task_id: randomUUID(),
        provider: shelf,
        prompt,
        ...(shelf === "amber" ? { quality: "low" } : {}),
      };
      const started = await read<{ generation_id: string }>(
        await shop.ask(user, "/generate/text-to-image", {
          method: "POST",
          body: JSON.stringify(body),
          headers: { "content-type": "application/json" },
        }),
      );
      for (;;) {
        const path = `/tasks/${started.generation_id}/status?wait=20&version=9999`;
        const end = await read<GenerationStatus>(await shop.ask(user, path));
        if (end.completed_at === null) continue;
        if (end.asset_url === null) throw new Error(end.error?.error ?? end.status);
        return (await shop.ask(user, `http://shop.test${end.asset_url}`)).bytes();
      }
    },
  }));
}

async function read<Answer>(response: Response): Promise<Answer> {
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Answer;
}
