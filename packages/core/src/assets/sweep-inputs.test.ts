import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { files } from "../storage/files.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { tinyPng } from "../testing/test-studio.ts";
import { receiveInput } from "./receive-input.ts";
import { sweepInputs } from "./sweep-inputs.ts";
import { reserveUpload } from "./uploads.ts";

let test: TestDatabase;
let folder: string;

beforeAll(async () => {
  test = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "genbff-sweep-"));
});
afterAll(async () => {
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

it("gives up what was begun a day ago, with its file, and leaves today's alone", async () => {
  const storage = files(folder);
  storage.configure?.({ publicUrl: "", basePath: "/api", secret: "x".repeat(32) });
  const context = { database: test.database, storage };
  const old = await receiveInput(context, {
    userId: "ada",
    source: new Blob([tinyPng]).stream() as ReadableStream<Uint8Array>,
    kinds: ["image"],
    filename: "a.png",
  });
  await test.query("update public.input_assets set created_at = now() - interval '25 hours'");
  const upload = {
    userId: "ada",
    taskId: null,
    filename: "b.png",
    contentType: "image/png",
    bytes: 10,
    pendingBytesMax: 10_000_000,
  } as const;
  const today = await reserveUpload(context, upload);

  expect(await sweepInputs(context)).toBe(1);
  expect(await sweepInputs(context)).toBe(0);
  expect(await test.query("select id, status from public.input_assets order by created_at")).toEqual([
    { id: old.id, status: "failed" },
    { id: today.input_asset_id, status: "pending" },
  ]);
  expect(await storage.open(old.media.key)).toBeNull();
});
