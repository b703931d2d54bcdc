import { AppError } from "../../errors/app-error.ts";
import { type ByteWindow, createByteWindow, indexOfBytes } from "./byte-window.ts";
import { type PartHead, parsePartHead } from "./part-head.ts";

/** One part of a form. What of its body is not read when the next part is asked for is skipped. */
export interface FormPart extends PartHead {
  readonly body: ReadableStream<Uint8Array>;
}

const headBytesMax = 16_384;
const partsMax = 200;
const encoder = new TextEncoder();

/**
 * The parts of a `multipart/form-data` body, one after the other, as they arrive.
 *
 * `Request.formData()` keeps the whole body in memory; here a file of any size flows through a few chunks.
 * Leaving the loop cancels what has not arrived.
 *
 * @throws AppError `validation_failed` - not a form, cut short, or with more than 200 parts.
 */
export async function* readParts(
  chunks: AsyncGenerator<Uint8Array, void, void>,
  boundary: string,
): AsyncGenerator<FormPart, void, void> {
  try {
    const window = createByteWindow(chunks);
    const delimiter = encoder.encode(`\r\n--${boundary}`);
    await skipOpening(window, delimiter);
    for (let count = 0; !(await isLast(window)); count++) {
      if (count >= partsMax) throw brokenForm();
      const head = parsePartHead(await readHead(window));
      let ended = false;
      const next = async () => {
        const { bytes, done } = await nextOfBody(window, delimiter);
        ended = done;
        return bytes;
      };
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
        const bytes = await next();
        if (bytes.byteLength > 0) controller.enqueue(bytes);
        if (ended) controller.close();
      };
      yield { ...head, body: new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 }) };
      while (!ended) await next();
    }
  } finally {
    await chunks.return();
  }
}

/** The first delimiter stands at the very beginning, without the line end of the others. */
async function skipOpening(window: ByteWindow, delimiter: Uint8Array): Promise<void> {
  const opening = delimiter.subarray(2);
  while (window.bytes.byteLength < opening.byteLength) if (!(await window.more())) throw brokenForm();
  if (indexOfBytes(window.take(opening.byteLength), opening) !== 0) throw brokenForm();
}

/** After a delimiter: `--` ends the form, a line end begins a part. */
async function isLast(window: ByteWindow): Promise<boolean> {
  while (window.bytes.byteLength < 2) if (!(await window.more())) throw brokenForm();
  const [first, second] = window.take(2);
  if (first === 0x2d && second === 0x2d) return true;
  if (first === 0x0d && second === 0x0a) return false;
  throw brokenForm();
}

async function readHead(window: ByteWindow): Promise<string> {
  const blankLine = encoder.encode("\r\n\r\n");
  for (;;) {
    const end = indexOfBytes(window.bytes, blankLine);
    if (end !== -1) {
      const head = window.take(end + blankLine.byteLength);
      return new TextDecoder().decode(head.subarray(0, end));
    }
    if (window.bytes.byteLength > headBytesMax || !(await window.more())) throw brokenForm();
  }
}

/** The next bytes that certainly belong to the part: all but what may be the beginning of a delimiter. */
async function nextOfBody(
  window: ByteWindow,
  delimiter: Uint8Array,
): Promise<{ bytes: Uint8Array; done: boolean }> {
  for (;;) {
    const end = indexOfBytes(window.bytes, delimiter);
    if (end !== -1) {
      const bytes = window.take(end);
      window.take(delimiter.byteLength);
      return { bytes, done: true };
    }
    const safe = window.bytes.byteLength - delimiter.byteLength;
    if (safe > 0) return { bytes: window.take(safe), done: false };
    if (!(await window.more())) throw brokenForm();
  }
}

/** The one refusal of a form that cannot be taken apart. */
export function brokenForm(): AppError {
  return new AppError("validation_failed", {
    details: { issues: [{ pointer: "", message: "The form cannot be read." }] },
  });
}
