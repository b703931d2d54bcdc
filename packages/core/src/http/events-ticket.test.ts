import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSignedText } from "../shared/signed-text.ts";
import { issueTicket, redeemTicket } from "./events-ticket.ts";

const signedText = createSignedText("a secret of at least thirty-two letters");
const hourMs = 3_600_000;
const start = Date.parse("2026-01-01T00:00:00Z");
const ada = { userId: "ada", admin: true, expiresAt: start + hourMs };

beforeEach(() => void vi.useFakeTimers({ now: start, toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

it("opens one stream for a minute, as its user and never as an admin", async () => {
  const { ticket, expires_at } = await issueTicket(signedText, ada, "task");
  expect(expires_at).toBe("2026-01-01T00:01:00.000Z");
  vi.setSystemTime(start + 59_000);
  expect(await redeemTicket(signedText, ticket, "task")).toEqual({ ...ada, admin: false });
  vi.setSystemTime(start + 60_000);
  await expect(redeemTicket(signedText, ticket, "task")).rejects.toMatchObject({ code: "token_expired" });
});

it("never outlives the token it was given for", async () => {
  const { ticket } = await issueTicket(signedText, { ...ada, expiresAt: start + 10_000 }, "task");
  vi.setSystemTime(start + 10_000);
  await expect(redeemTicket(signedText, ticket, "task")).rejects.toMatchObject({ code: "token_expired" });
});

it("is for nothing else, and cannot be made by anybody else", async () => {
  const { ticket } = await issueTicket(signedText, ada, "task");
  const other = createSignedText("another secret of thirty-two letters or so");
  for (const [text, id] of [
    [ticket, "another"],
    [(await issueTicket(other, ada, "task")).ticket, "task"],
    [await signedText.sign("cursor tasks ada", ["ada", "task", start * 2, start * 2]), "task"],
    ["", "task"],
  ] as const)
    await expect(redeemTicket(signedText, text, id)).rejects.toMatchObject({ code: "invalid_token" });
});
