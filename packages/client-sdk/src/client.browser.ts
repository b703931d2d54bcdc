import { expect, inject, test } from "vitest";
import type { App } from "../test/app.ts";
import { complete, generationId, status } from "../test/wire.ts";
import { createClient, isGenbffError, type UploadProgress } from "./index.ts";

const api = createClient<App>({ baseUrl: inject("baseUrl"), getAccessToken: () => "token-1" });
const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function pictureOf(bytes: number): File {
  const content = new Uint8Array(bytes);
  content.set(png);
  return new File([content], "photo.png", { type: "image/png" });
}

test("starts a generation on another origin", async () => {
  const generation = await api.generate("text-to-image", {
    task_id: "desk-1",
    provider: "openai",
    prompt: "a fox",
  });
  expect(generation.id).toBe(generationId);
});

test("streams with the token in the header, and resumes after a cut", async () => {
  const generation = api.generation(generationId);
  const updates = [];
  for await (const update of generation.updates()) {
    updates.push(update);
    if (update.version === 2) await generation.cancel();
  }
  expect(updates).toEqual([status(1), status(2), status(3), complete(4)]);
});

test("reads Retry-After across origins", async () => {
  const error = await api.credits.balance().catch((reason: unknown) => reason);
  if (!isGenbffError(error, "rate_limited")) throw error;
  expect(error.retryAfterMs).toBe(7000);
});

test.each([
  ["in one request", 3_000_000],
  ["straight to the storage", 9_000_000],
])("uploads %s, and tells how far it is", async (_, bytes) => {
  const progress: UploadProgress[] = [];
  const uploaded = await api.upload(pictureOf(bytes), { onProgress: (one) => progress.push(one) });
  expect(uploaded.bytes).toBeGreaterThanOrEqual(bytes);
  expect(progress.at(0)).toEqual({ sentBytes: 0, totalBytes: bytes });
  expect(progress.at(-1)).toEqual({ sentBytes: bytes, totalBytes: bytes });
  const figures = progress.map((one) => one.sentBytes);
  expect(figures).toEqual([...new Set(figures)].sort((a, b) => a - b));
});

test("stops an upload", async () => {
  const stop = new AbortController();
  const uploading = api.upload(pictureOf(9_000_000), {
    signal: stop.signal,
    onProgress: ({ sentBytes }) => {
      if (sentBytes > 0) stop.abort(new Error("another file"));
    },
  });
  await expect(uploading).rejects.toThrow("another file");
});
