import { expect, it } from "vitest";
import { isMediaRejected } from "./media-rejected.ts";
import { readClientFile } from "./read-client-file.ts";

// What a bucket may do while its file is copied.

const stored =
  (bytes: number, source: ConstructorParameters<typeof ReadableStream<Uint8Array>>[0]) => async () => ({
    bytes,
    contentType: "image/png",
    stream: new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }),
  });

it("does not read a file that is larger than an input may be, and lets go of it", async () => {
  let cancelled: unknown;
  const source = {
    pull: () => Promise.reject(new Error("it was read")),
    cancel: (reason: unknown) => {
      cancelled = reason;
    },
  };
  const error = await readClientFile(stored(11, source), 10).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "asset_unusable", details: { reason: "too_large" } });
  expect([isMediaRejected(error), cancelled]).toEqual([true, error]);
});

it("says that a file is not there", async () => {
  await expect(readClientFile(async () => null, 10)).rejects.toMatchObject({
    code: "asset_unusable",
    details: { reason: "missing" },
  });
});

it("gives the bytes as they come, and says of a file that was replaced meanwhile that it cannot be used", async () => {
  let pulls = 0;
  const source = {
    pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      pulls += 1;
      if (pulls === 2) throw new Error("The object was replaced while it was opened");
      controller.enqueue(new Uint8Array([pulls]));
    },
  };
  const reader = (await readClientFile(stored(2, source), 10)).getReader();
  expect(pulls).toBe(0);
  expect(await reader.read()).toEqual({ done: false, value: new Uint8Array([1]) });
  await expect(reader.read()).rejects.toMatchObject({
    code: "asset_unusable",
    details: { reason: "unreachable" },
  });
});

it("lets go of the file when its reader does", async () => {
  let cancelled: unknown;
  const source = {
    cancel(reason: unknown) {
      cancelled = reason;
    },
  };
  const stream = await readClientFile(stored(2, source), 10);
  await stream.cancel("enough");
  expect(cancelled).toBe("enough");
});
