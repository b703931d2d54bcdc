import { crc32 } from "node:zlib";

/** A file inside an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Writes a ZIP archive without compression: pictures do not get smaller, and USDZ forbids it.
 *
 * @param alignment - each file's bytes begin at a multiple of this; 64 for USDZ.
 */
export function toZip(entries: readonly ZipEntry[], alignment = 1): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const padding = paddingOf(offset + 30 + Buffer.byteLength(name), alignment);
    const local = record(0x04034b50, [], name, bytes, padding);
    directory.push(
      record(0x02014b50, [[2, 20]], name, bytes, Buffer.alloc(0), [
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, offset],
      ]),
    );
    parts.push(local, Buffer.from(bytes));
    offset += local.length + bytes.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, directoryBytes.length],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...parts, directoryBytes, end]);
}

type Field = readonly [size: 2 | 4, value: number];

// The first day that the format knows: the same files give the same archive.
const firstDay = 0x21;

function record(
  mark: number,
  before: readonly Field[],
  name: string,
  bytes: Uint8Array,
  extra: Buffer,
  after: readonly Field[] = [],
): Buffer {
  return Buffer.concat([
    fields([
      [4, mark],
      ...before,
      [2, 20],
      [2, 0],
      [2, 0],
      [2, 0],
      [2, firstDay],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, Buffer.byteLength(name)],
      [2, extra.length],
      ...after,
    ]),
    Buffer.from(name),
    extra,
  ]);
}

function fields(list: readonly Field[]): Buffer {
  return Buffer.concat(
    list.map(([size, value]) => {
      const bytes = Buffer.alloc(size);
      bytes.writeUIntLE(value, 0, size);
      return bytes;
    }),
  );
}

/** An extra field that moves the file's first byte to the next multiple. */
function paddingOf(start: number, alignment: number): Buffer {
  if (start % alignment === 0) return Buffer.alloc(0);
  const length = (alignment - ((start + 4) % alignment)) % alignment;
  const field = Buffer.alloc(length + 4);
  field.writeUInt16LE(0x1986, 0);
  field.writeUInt16LE(length, 2);
  return field;
}
