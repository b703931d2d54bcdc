import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { memoryStore } from "../testing/generations/memory-store.ts";
import { tinyPng } from "../testing/test-studio.ts";
import { isMediaRejected } from "./media-rejected.ts";
import type { StoredInput } from "./stored-input.ts";
import { completeUpload, reserveUpload } from "./uploads.ts";

// What a store cannot hold a signed upload to, completion does.

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

/** Reserves an upload, puts a picture where it belongs as a client would, and completes it. */
async function upload(declaredBytes: number) {
  const storage = memoryStore();
  const context = { database: test.database, storage };
  const { input_asset_id } = await reserveUpload(context, {
    userId: "ada",
    taskId: null,
    filename: "a.png",
    contentType: "image/png",
    pendingBytesMax: 10_000_000,
    bytes: declaredBytes,
  });
  const args = { p_user_id: "ada", p_id: input_asset_id };
  const reserved = (await test.database.call("genbff_input", args)) as unknown as StoredInput;
  const sent = new Blob([tinyPng]).stream() as ReadableStream<Uint8Array>;
  await storage.put(reserved.storage_key, sent, { contentType: "text/html" });
  const completed = await completeUpload(context, "ada", reserved).catch((error: unknown) => error);
  const row = (await test.database.call("genbff_input", args)) as unknown as StoredInput;
  return { completed, row, stored: [...storage.objects.keys()] };
}

it("takes a picture of the size that was declared, and of the type that its bytes are", async () => {
  const { row, stored } = await upload(tinyPng.length);
  expect(row).toMatchObject({ status: "complete", content_type: "image/png", bytes: tinyPng.length });
  expect(stored).toEqual([row.storage_key]);
});

it("refuses a byte more than was declared, and keeps nothing of it", async () => {
  const { completed, row, stored } = await upload(tinyPng.length - 1);
  expect(isMediaRejected(completed)).toBe(true);
  expect(completed).toMatchObject({ code: "asset_unusable", details: { reason: "too_large" } });
  expect([row.status, stored]).toEqual(["failed", []]);
});
