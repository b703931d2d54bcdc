import { createHash } from "node:crypto";
import { makeGlb, makePng } from "../../assets/__fixtures__/media.ts";

/** The bytes of one output of one sale: every output is another file. */
export function outputBytes(kind: "image" | "model", sale: number, index: number): Uint8Array {
  const number = sale * 10 + index;
  return kind === "image"
    ? makePng({ seed: number + 1 })
    : makeGlb({ asset: { version: "2.0", generator: `sale ${number}` }, buffers: [{ byteLength: 36 }] });
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that arrive in pieces; after `brokenAfter` of them the line is cut, with this error or, without one, silently. */
export function streamOf(
  bytes: Uint8Array,
  pace: () => Promise<void>,
  broken?: { readonly after: number; readonly error?: Error },
): ReadableStream<Uint8Array> {
  const pieces = 3;
  const size = Math.ceil(bytes.length / pieces);
  let piece = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await pace();
        if (broken !== undefined && piece === broken.after)
          return broken.error === undefined ? controller.close() : controller.error(broken.error);
        if (piece === pieces) return controller.close();
        controller.enqueue(new Uint8Array(bytes.subarray(piece * size, ++piece * size)));
      },
    },
    { highWaterMark: 0 },
  );
}
