import { expect, it } from "vitest";
import { fileOf } from "../conformance/cases.ts";
import { Base64File, createJsonBody } from "./json-body.ts";

/** A file of so many bytes that comes in pieces of so many. */
function pieces(bytes: Uint8Array, size: number, recorded = bytes.length) {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return { ...fileOf("picture", ""), bytes: recorded, open: async () => ReadableStream.from(chunks) };
}
const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) % 256);

it.each([0, 1, 2, 3, 4, 5, 255, 256, 257, 10_000])(
  "encodes a file of %i bytes, whatever its pieces",
  async (length) => {
    const bytes = noise(length);
    for (const size of [1, 2, 3, 4, 100, 9_999]) {
      const body = createJsonBody({ a: [new Base64File(pieces(bytes, size), "data:image/png;base64,")] });
      const text = await new Response(body.stream).text();
      expect(JSON.parse(text)).toEqual({
        a: [`data:image/png;base64,${Buffer.from(bytes).toString("base64")}`],
      });
      expect(body.bytes).toBe(Buffer.byteLength(text));
      expect(body.failure()).toBeUndefined();
    }
  },
);

it("writes all other JSON as JSON.stringify does", async () => {
  const value = {
    'a"': '\u2028 ü \ud83d\ude00 "\\\n',
    b: [[], {}, null, true, 1.5e-7],
    c: { d: [{ e: "" }, 2] },
  };
  const body = createJsonBody(value);
  const text = await new Response(body.stream).text();
  expect(text).toBe(JSON.stringify(value));
  expect(body.bytes).toBe(Buffer.byteLength(text));
});

it.each([9, 11])("fails when the file has not the %i bytes that were recorded", async (recorded) => {
  const body = createJsonBody({ a: new Base64File(pieces(noise(10), 4, recorded)) });
  await expect(new Response(body.stream).text()).rejects.toThrow("length");
  expect(body.failure()).toBeInstanceOf(Error);
});
