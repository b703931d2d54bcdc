import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { UploadReserved } from "../contract/upload.ts";
import { createTestDatabase, type TestDatabase } from "../testing/embedded/test-database.ts";
import { ask } from "../testing/host-request.ts";
import { createTestBff, type TestBff, testToken } from "../testing/test-bff.ts";

// Whoever goes in the middle of an upload hears no answer. It is no failure of ours: nobody is to be woken for it.

let database: TestDatabase;
let test: TestBff;
let authorization: string;
beforeAll(async () => {
  database = await createTestDatabase();
  test = await createTestBff(database.database);
  authorization = `Bearer ${await testToken("ada")}`;
});
afterAll(async () => {
  await test.stop();
  await database.close();
});
beforeEach(() => void test.troubles.splice(0));

/** A body that has begun, and goes no further until it breaks off. */
function begun(text: string) {
  const reached = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined); // It may never be read so far.
  const pieces = [new TextEncoder().encode(text)];
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces.pop();
        if (piece !== undefined) return controller.enqueue(piece);
        reached.resolve();
        return broken.promise;
      },
    },
    { highWaterMark: 0 },
  );
  return {
    body,
    reached: reached.promise,
    breakOff: () => broken.reject(new Error("the line broke")),
  };
}
const request = (url: string, method: string, headers: Record<string, string>, more: object) =>
  new Request(url, { method, headers, duplex: "half", ...more } as RequestInit);
const form = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG';
const formHeaders = () => ({ authorization, "content-type": "multipart/form-data; boundary=x" });

async function expectLeft(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
    408,
    "request_timeout",
  ]);
  expect(test.troubles).toEqual([]);
  const files = await readdir(test.folder, { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile() && entry.name !== "probe")).toEqual([]);
}

async function reserve(): Promise<UploadReserved["upload"]> {
  const host = { baseUrl: "http://bff.test/api", fetch: test.bff.fetch, close: async () => undefined };
  const json = { filename: "a.png", content_type: "image/png", bytes: 1000 };
  return (await ask<UploadReserved>(host, { method: "POST", path: "/uploads", json })).body.upload;
}

it("answers 408 to a form whose sender has gone, and keeps nothing", async () => {
  const leaving = new AbortController();
  const { body, reached } = begun(form);
  const url = "http://bff.test/api/uploads";
  const answer = test.bff.fetch(request(url, "POST", formHeaders(), { body, signal: leaving.signal }));
  await reached;
  leaving.abort();
  await expectLeft(answer);
  expect(await database.query("select from public.input_assets")).toEqual([]);
});

it("answers 408 to a signed upload whose line breaks, and keeps nothing", async () => {
  const { url, headers } = await reserve();
  const { body, reached, breakOff } = begun("\x89PNG");
  const answer = test.bff.fetch(request(`http://bff.test${url}`, "PUT", headers, { body }));
  await reached;
  breakOff();
  await expectLeft(answer);
});

it("answers 408 to a signed upload whose sender has gone, and keeps nothing", async () => {
  const { url, headers } = await reserve();
  const leaving = new AbortController();
  const { body, reached } = begun("\x89PNG");
  const answer = test.bff.fetch(
    request(`http://bff.test${url}`, "PUT", headers, { body, signal: leaving.signal }),
  );
  await reached;
  leaving.abort();
  await expectLeft(answer);
});
