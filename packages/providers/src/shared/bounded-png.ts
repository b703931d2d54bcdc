import { promisify } from "node:util";
import { crc32, inflate } from "node:zlib";

/** What may come out of a PNG, known before it is decoded. */
export interface PngLimits {
  readonly pixelsMax: number;
  /** All rows before compression. */
  readonly rawBytesMax: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** What a decoder needs. Profiles and texts are dropped: they may inflate without a bound. */
const needed = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const inflated = promisify(inflate);

/**
 * Makes a PNG safe to hand to a decoder that believes everything: its checksums are right, its rows are exactly as many
 * as its header says and no more than the limits allow, and there is nothing else in it.
 *
 * @throws RangeError - larger than the limits.
 * @throws SyntaxError - no PNG, or a damaged one.
 */
export async function boundPng(file: Uint8Array, limits: PngLimits): Promise<Uint8Array> {
  if (!signature.every((byte, index) => file[index] === byte)) throw new SyntaxError("no PNG");
  const chunks = [...readChunks(file)].filter(({ type }) => needed.has(type));
  const header = chunks[0];
  if (header?.type !== "IHDR" || header.body.length !== 13) throw new SyntaxError("no header");
  const rawBytes = rawBytesOf(header.body, limits);
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ body }) => body));
  let raw: Uint8Array;
  try {
    raw = await inflated(data, { maxOutputLength: rawBytes });
  } catch {
    throw new SyntaxError("the rows cannot be read, or are more than its header says");
  }
  if (raw.length !== rawBytes) throw new SyntaxError("fewer rows than its header says");
  return Buffer.concat([Uint8Array.from(signature), ...chunks.map(({ whole }) => whole)]);
}

function* readChunks(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > file.length) break;
    const type = String.fromCharCode(...file.subarray(at + 4, at + 8));
    if (crc32(file.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new SyntaxError("a checksum does not match");
    }
    yield { type, body: file.subarray(at + 8, end - 4), whole: file.subarray(at, end) };
    if (type === "IEND") return;
    at = end;
  }
  throw new SyntaxError("it ends too early");
}

/** The exact number of bytes that the compressed rows must come to. */
function rawBytesOf(header: Uint8Array, { pixelsMax, rawBytesMax }: PngLimits): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, channels] = [view.getUint8(8), channelsOf[view.getUint8(9)]];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth)) throw new SyntaxError("no colours");
  // The one thing that its decoder does not know, and that nobody paints a mask with.
  if (view.getUint8(12) !== 0) throw new SyntaxError("it is interlaced");
  if (width < 1 || height < 1) throw new SyntaxError("it has no pixels");
  const rawBytes = (1 + Math.ceil((width * channels * depth) / 8)) * height;
  if (width * height > pixelsMax || rawBytes > rawBytesMax) throw new RangeError("too many pixels");
  return rawBytes;
}
