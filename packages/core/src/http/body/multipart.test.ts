import fc from "fast-check";
import { expect, it } from "vitest";
import { isAppError } from "../../errors/app-error.ts";
import { readChunksOf } from "./body-stream.ts";
import { readParts } from "./multipart.ts";

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]) {
  for (let at = 0, turn = 0; at < bytes.byteLength; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

async function readAll(bytes: Uint8Array, boundary: string, sizes: readonly number[]) {
  const parts: { name: string; filename: string | undefined; body: number[] }[] = [];
  for await (const { name, filename, body } of readParts(inPieces(bytes, sizes), boundary)) {
    const read: number[] = [];
    for await (const chunk of readChunksOf(body)) read.push(...chunk);
    parts.push({ name, filename, body: read });
  }
  return parts;
}

/** A form as this runtime itself writes it. */
async function written(form: FormData): Promise<{ bytes: Uint8Array; boundary: string }> {
  const request = new Request("http://form.test", { method: "POST", body: form });
  const boundary = /boundary=(.*)$/.exec(request.headers.get("content-type") ?? "")?.[1] ?? "";
  return { bytes: new Uint8Array(await request.arrayBuffer()), boundary };
}

const piece = fc.uint8Array({ maxLength: 200 });
/** Bytes that look like the beginning of a delimiter. */
const tricky = fc
  .array(fc.constantFrom("\r", "\n", "-", "--", "\r\n--", "\r\n------", "a"), { maxLength: 30 })
  .map((words) => new TextEncoder().encode(words.join("")));

it("reads what the runtime writes, in whatever pieces it arrives", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("file", "prompt", "ä b"), fc.oneof(piece, tricky)), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
      async (entries, sizes) => {
        const form = new FormData();
        for (const [name, bytes] of entries)
          form.append(name, new Blob([bytes as Uint8Array<ArrayBuffer>]), 'a".png');
        const { bytes, boundary } = await written(form);
        const expected = entries.map(([name, body]) => ({ name, filename: 'a".png', body: [...body] }));
        expect(await readAll(bytes, boundary, sizes)).toEqual(expected);
      },
    ),
    { numRuns: 150 },
  );
});

it("refuses a form that is cut anywhere before its end", async () => {
  const form = new FormData();
  form.append("prompt", "a cat");
  form.append("file", new Blob(["bytes"]), "a.png");
  const { bytes, boundary } = await written(form);
  const end = bytes.byteLength - 2; // The last line end may be missing.
  for (let length = 0; length < end; length++) {
    const error: unknown = await readAll(bytes.slice(0, length), boundary, [7]).catch(
      (caught: unknown) => caught,
    );
    expect(isAppError(error, "validation_failed"), `${length} of ${bytes.byteLength}`).toBe(true);
  }
});

it("skips what of a part nobody reads", async () => {
  const form = new FormData();
  form.append("file", new Blob(["x".repeat(5000)]), "a.png");
  form.append("prompt", "a cat");
  const { bytes, boundary } = await written(form);
  const names: string[] = [];
  for await (const { name } of readParts(inPieces(bytes, [100]), boundary)) names.push(name);
  expect(names).toEqual(["file", "prompt"]);
});
