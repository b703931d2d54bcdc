import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cloud, openCloud } from "./cloud.ts";

// The three functions under AWS's own runtime client: what ours is for the other tests must be no mistake of ours.

const client = process.env.LAMBDA_RIC ?? "";
let cloud: Cloud;
beforeAll(async () => {
  if (client === "") throw new Error("start it with `pnpm test:lambda-ric`");
  cloud = await openCloud({ variables: { STREAMING: "true" }, bootstrap: [process.execPath, client] });
  cloud.fleet.start();
});
afterAll(() => cloud?.close());

it.each(["text-to-image", "text-to-model"])(
  "%s is started, worked on and streamed to its end",
  async (operation) => {
    const wish = { task_id: crypto.randomUUID(), prompt: "a lamp" };
    const { status, json } = await cloud.ask("ada", `/generate/${operation}`, wish);
    expect(status).toBe(202);
    const headers = { authorization: `Bearer ${await cloud.tokenOf("ada")}` };
    const answer = await fetch(`${cloud.fleet.baseUrl}/tasks/${json.generation_id}/events`, { headers });
    let read = "";
    for await (const chunk of answer.body ?? []) read += Buffer.from(chunk).toString();
    expect(read).toContain('"status":"complete"');
    expect(cloud.strayCalls).toEqual([]);
  },
);
