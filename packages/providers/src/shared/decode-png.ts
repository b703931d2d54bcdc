import { promisify } from "node:util";
import { crc32, inflate } from "node:zlib";

/** What may come out of a PNG, known before it is decoded. */
export interface PngLimits {
  readonly pixelsMax: number;
  /** All rows before compression. */
  readonly rawBytesMax: number;
}

/** The pixels of a PNG, as its file packs them. */
export interface DecodedPng {
  readonly width: number;
  readonly height: number;
  /** Bits of each sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples of each pixel; 1 also where that is an index into `palette`. */
  readonly channels: number;
  /** Red, green, blue and opacity of each index, four bytes each. Missing where pixels are their own colours. */
  readonly palette?: Uint8Array;
  /** Row after row, each from a whole byte on; samples of 16 bits have their high byte first. */
  readonly rows: Uint8Array;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const indexed = 3;
const inflated = promisify(inflate);

/**
 * Decodes a PNG that a stranger made: its checksums are right, and its rows are exactly as many as its header says and
 * no more than the limits allow. Profiles and texts are not looked at: they may inflate without a bound.
 *
 * @throws RangeError - larger than the limits.
 * @throws SyntaxError - no PNG, a damaged or an interlaced one.
 */
export async function decodePng(file: Uint8Array, limits: PngLimits): Promise<DecodedPng> {
  if (!signature.every((byte, index) => file[index] === byte)) throw new SyntaxError("no PNG");
  const chunks = [...readChunks(file)];
  const first = chunks[0];
  if (first?.type !== "IHDR" || first.body.length !== 13) throw new SyntaxError("no header");
  const header = readHeader(first.body, limits);
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ body }) => body));
  let raw: Uint8Array;
  try {
    raw = await inflated(data, { maxOutputLength: header.rawBytes });
  } catch {
    throw new SyntaxError("the rows cannot be read, or are more than its header says");
  }
  if (raw.length !== header.rawBytes) throw new SyntaxError("fewer rows than its header says");
  const { width, height, depth, channels } = header;
  const bodyOf = (wanted: string) => chunks.find(({ type }) => type === wanted)?.body;
  // Coloured files may bring a palette too, as a mere suggestion.
  const palette = header.colours === indexed ? readPalette(bodyOf("PLTE"), bodyOf("tRNS")) : undefined;
  const rows = unfilter(raw, { height, pixelBytes: Math.max(1, (channels * depth) / 8) });
  return { width, height, depth, channels, ...(palette ? { palette } : {}), rows };
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
    yield { type, body: file.subarray(at + 8, end - 4) };
    if (type === "IEND") return;
    at = end;
  }
  throw new SyntaxError("it ends too early");
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colours: number;
  readonly channels: number;
  /** What the compressed rows must come to, exactly. */
  readonly rawBytes: number;
}

function readHeader(body: Uint8Array, { pixelsMax, rawBytesMax }: PngLimits): Header {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colours] = [view.getUint8(8), view.getUint8(9)];
  const channels = channelsOf[colours];
  if (channels === undefined || ![1, 2, 4, 8, 16].includes(depth)) throw new SyntaxError("no colours");
  // Nobody paints a mask with seven passes.
  if (view.getUint8(12) !== 0) throw new SyntaxError("it is interlaced");
  if (width < 1 || height < 1) throw new SyntaxError("it has no pixels");
  const rawBytes = (1 + Math.ceil((width * channels * depth) / 8)) * height;
  if (width * height > pixelsMax || rawBytes > rawBytesMax) throw new RangeError("too many pixels");
  return { width, height, depth, colours, channels, rawBytes };
}

function readPalette(colours: Uint8Array | undefined, opacities: Uint8Array | undefined): Uint8Array {
  if (colours === undefined || colours.length % 3 !== 0) throw new SyntaxError("no palette");
  const palette = new Uint8Array((colours.length / 3) * 4);
  for (let index = 0; index < palette.length / 4; index++) {
    palette.set(colours.subarray(index * 3, index * 3 + 3), index * 4);
    palette[index * 4 + 3] = opacities?.[index] ?? 255;
  }
  return palette;
}

/** Each byte was written as what it differs from the bytes to its left and above it: section 9 of the standard. */
function unfilter(
  raw: Uint8Array,
  { height, pixelBytes }: { height: number; pixelBytes: number },
): Uint8Array {
  const rowBytes = raw.length / height - 1;
  const rows = new Uint8Array(rowBytes * height);
  for (let row = 0; row < height; row++) {
    const predict = predictors[raw[row * (rowBytes + 1)] ?? 0];
    if (predict === undefined) throw new SyntaxError("a filter that is none");
    const [from, to] = [row * (rowBytes + 1) + 1, row * rowBytes];
    for (let at = 0; at < rowBytes; at++) {
      const left = at < pixelBytes ? 0 : (rows[to + at - pixelBytes] ?? 0);
      const above = row === 0 ? 0 : (rows[to + at - rowBytes] ?? 0);
      const corner = at < pixelBytes || row === 0 ? 0 : (rows[to + at - rowBytes - pixelBytes] ?? 0);
      rows[to + at] = (raw[from + at] ?? 0) + predict(left, above, corner);
    }
  }
  return rows;
}

/** By the number that stands before each row. */
const predictors: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
