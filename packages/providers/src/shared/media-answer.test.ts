import { describe, expect, it } from "vitest";
import { createByteSource } from "./byte-source.ts";
import { readMedia } from "./media-answer.ts";

const png = Buffer.from("\x89PNG\r\n\x1a\n the rest of a picture", "latin1");
const limits = {
  firstByteMs: 1_000,
  idleMs: 1_000,
  onTimeout: () => new Error("late"),
  onBroken: () => new Error("broken"),
};
let cancelled = 0;

function answerOf(pieces: readonly Uint8Array[], purpose: "submit" | "read" = "submit") {
  cancelled = 0;
  let next = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[next++];
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => void cancelled++,
    },
    { highWaterMark: 0 },
  );
  const call = { vendor: "vendor", purpose };
  return {
    call,
    status: 200,
    ok: true,
    headers: new Headers(),
    body: createByteSource(body, limits),
    asked: () => next,
  };
}

describe("readMedia", () => {
  it.each([
    ["PNG", png],
    ["JPEG", Buffer.from("\xff\xd8\xff\xe0 and so on ......", "latin1")],
    ["WebP", Buffer.from("RIFF\x10\0\0\0WEBPVP8 ...", "latin1")],
    ["GLB", Buffer.from("glTF\x02\0\0\0...............", "latin1")],
  ])("gives a %s to the byte, in whatever pieces it comes", async (_, file) => {
    const single = [...file].map((byte) => Uint8Array.of(byte));
    for (const pieces of [[file], single, [file.subarray(0, 3), file.subarray(3)]]) {
      expect(Buffer.from(await new Response(await readMedia(answerOf(pieces))).bytes())).toEqual(file);
    }
  });

  it.each([
    "",
    "{}",
    "<!doctype html><title>502</title>",
    "RIFF\x10\0\0\0WAVEfmt ",
    "\x89PNX\r\n\x1a\n......",
  ])("knows that %j is no file, and closes the connection", async (text) => {
    const error = { code: "submission_unknown", outcome: "unknown" };
    const body = text === "" ? [] : [Buffer.from(text, "latin1"), png];
    await expect(readMedia(answerOf(body))).rejects.toMatchObject(error);
    expect(cancelled).toBe(body.length > 0 ? 1 : 0);
  });

  it("calls a bad answer to a question harmless", async () => {
    const error = { code: "provider_unavailable", outcome: "not_sent" };
    await expect(readMedia(answerOf([Buffer.from("nothing here")], "read"))).rejects.toMatchObject(error);
  });

  it("asks for no more than is taken", async () => {
    const answer = answerOf([png, png, png]);
    const reader = (await readMedia(answer)).getReader();
    expect(answer.asked()).toBe(1);
    await reader.read();
    expect(answer.asked()).toBe(1);
    await reader.cancel();
    expect(cancelled).toBe(1);
  });
});
