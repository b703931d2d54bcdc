import { expect, it } from "vitest";
import { errorBody } from "../contract/error.ts";
import { json } from "../http/respond.ts";
import { checkAnswers } from "./answer-check.ts";

/** What is said of one answer to one request. */
async function saidOf(path: string, answer: Response): Promise<readonly string[]> {
  const { fetch, misfits } = checkAnswers(async () => answer);
  await (await fetch(new Request(`http://bff.test/api${path}`))).arrayBuffer();
  return misfits;
}
const refusal = (error: string) => errorBody.parse({ error, message: "No.", request_id: "r" });
const balance = { available: 1, held: 0, posted: 1, lifetime_granted: 1, lifetime_spent: 0 };

it.each([
  ["an answer of the contract", "/credits/balance", json(200, { ...balance, subscription_tier: "free" })],
  ["a refusal that the route knows", "/credits/balance", json(401, refusal("token_expired"))],
  ["a path that nobody answers", "/nothing", json(404, refusal("not_found"))],
  ["a document of its own", "/openapi.json", json(200, { openapi: "3.1.0" })],
])("has nothing to say of %s", async (_, path, answer) => {
  expect(await saidOf(path, answer)).toEqual([]);
});

it.each([
  ["a field that is missing", "/credits/balance", json(200, balance), "subscription_tier"],
  [
    ...(["a field too many", "/credits/balance"] as const),
    json(200, { ...balance, subscription_tier: "free", user: "ada" }),
    "not documented",
  ],
  ["a status of its own", "/credits/balance", json(201, balance), "not documented"],
  [
    "a refusal that the route does not know",
    "/credits/balance",
    json(402, refusal("insufficient_credits")),
    "402",
  ],
  ["a code that nobody knows", "/credits/balance", json(400, refusal("oops")), "oops"],
  [
    "a code under another's status",
    "/credits/balance",
    json(400, refusal("token_expired")),
    "another status",
  ],
  ["a refusal in a shape of its own", "/credits/balance", json(401, { message: "No." }), "401"],
  [
    ...(["a header that the contract does not know there", "/credits/balance"] as const),
    json(200, { ...balance, subscription_tier: "free" }, { "idempotency-replayed": "true" }),
    "idempotency-replayed",
  ],
  ["an answer where there is no route", "/nothing", json(200, {}), "200"],
])("tells of %s", async (_, path, answer, word) => {
  expect(await saidOf(path, answer)).toEqual([expect.stringContaining(word)]);
});
