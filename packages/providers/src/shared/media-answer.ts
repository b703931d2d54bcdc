import type { HttpAnswer } from "./http.ts";
import { brokenCall } from "./transport-error.ts";

/** As much as it takes to tell a picture or a model from a text. */
const headBytes = 12;

const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
/** Where a signature stands, and its bytes. All parts of a kind must match. */
const kinds: readonly (readonly (readonly [number, readonly number[]])[])[] = [
  [[0, [0x89, ...ascii("PNG\r\n\x1a\n")]]],
  [[0, [0xff, 0xd8, 0xff]]],
  [
    [0, ascii("RIFF")],
    [8, ascii("WEBP")],
  ],
  [[0, ascii("glTF")]],
];

/**
 * An answer that is a file, as a stream. Nothing of it is held beyond the piece that has just arrived.
 *
 * Its first bytes decide, not its content type: a page of a proxy's under `image/png` is no picture, and a picture under
 * another type was paid for. Whether the file is whole is for whoever stores it.
 *
 * @throws ProviderError - it is no PNG, JPEG, WebP or GLB, or broke off: `unknown` for a submission, else `not_sent`.
 */
export async function readMedia({ body, call }: HttpAnswer): Promise<ReadableStream<Uint8Array>> {
  const head: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < headBytes) {
    const piece = await body.next();
    if (piece === undefined) break;
    head.push(piece);
    bytes += piece.length;
  }
  if (!isMedia(Buffer.concat(head))) {
    await body.cancel();
    throw brokenCall({ ...call, why: "the answer is neither a picture nor a model" });
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = head.shift() ?? (await body.next());
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => body.cancel(),
    },
    { highWaterMark: 0 },
  );
}

function isMedia(head: Uint8Array): boolean {
  return kinds.some((parts) =>
    parts.every(([at, signature]) => signature.every((byte, index) => head[at + index] === byte)),
  );
}
