import { describe, expect, it } from "vitest";
import { fileOf } from "../conformance/cases.ts";
import { createFormBody, type FormPart, plainFileName } from "./form-data.ts";

const read = (parts: readonly FormPart[]) => {
  const form = createFormBody(parts);
  return { form, bytes: new Response(form.stream).bytes() };
};

describe("createFormBody", () => {
  it("is a form of exactly the length it announces", async () => {
    const file = fileOf("photo", "picture\r\n--bytes--", "image/webp");
    const { form, bytes } = read([
      { name: "prompt", value: 'ünïcode "quoted"\r\nsecond line' },
      { name: "image", file, fileName: plainFileName(file, 0) },
    ]);
    const body = await bytes;
    expect(body.length).toBe(form.bytes);
    const parsed = await new Response(body, { headers: { "content-type": form.contentType } }).formData();
    expect(parsed.get("prompt")).toBe('ünïcode "quoted"\r\nsecond line');
    const sent = parsed.get("image") as File;
    expect([sent.name, sent.type, await sent.text()]).toEqual([
      "input-0.webp",
      "image/webp",
      "picture\r\n--bytes--",
    ]);
    expect(form.failure()).toBeUndefined();
  });

  it.each([-1, 1])("fails when a file is %i byte longer than recorded", async (difference) => {
    const file = fileOf("photo", "picture");
    const wrong = { ...file, bytes: file.bytes - difference };
    const { form, bytes } = read([{ name: "image", file: wrong, fileName: "a.png" }]);
    await expect(bytes).rejects.toThrow("length");
    expect(form.failure()).toBeInstanceOf(Error);
  });

  it("opens a file only when it is its turn, and closes it when the request is given up", async () => {
    let opened = 0;
    let closed = 0;
    const file = {
      ...fileOf("photo", "x".repeat(100)),
      open: async () => {
        opened++;
        return new ReadableStream<Uint8Array>(
          { pull: (controller) => controller.enqueue(new Uint8Array(1)), cancel: () => void closed++ },
          { highWaterMark: 0 },
        );
      },
    };
    const form = createFormBody([{ name: "image", file, fileName: "a.png" }]);
    const reader = form.stream.getReader();
    await reader.read();
    expect(opened).toBe(0);
    await reader.read();
    expect(opened).toBe(1);
    await reader.cancel();
    expect(closed).toBe(1);
  });
});
