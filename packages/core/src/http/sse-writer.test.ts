import { expect, it, vi } from "vitest";
import { createSseWriter } from "./sse-writer.ts";

it("drops a reader that leaves too much unread", () => {
  const onEnd = vi.fn();
  const writer = createSseWriter(onEnd);
  for (let at = 0; at < 400 && !writer.ended; at++)
    writer.event("generation", { text: "x".repeat(1000) }, at);
  expect(writer.ended).toBe(true);
  writer.event("generation", {}, 1);
  writer.end();
  expect(onEnd).toHaveBeenCalledTimes(1);
});

it("tells once when its reader goes away", async () => {
  const onEnd = vi.fn();
  const writer = createSseWriter(onEnd);
  await writer.body.cancel();
  writer.comment("");
  writer.end();
  expect(onEnd).toHaveBeenCalledTimes(1);
});
