import { MediaRejected } from "./media-rejected.ts";
import { numbers } from "./walk.ts";

/** One file of an archive, as its directory tells of it. */
export interface ZipEntry {
  readonly name: string;
  readonly encrypted: boolean;
  /** 0: stored as it is; 8: deflated. */
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** It is no file: it names another one, anywhere on the machine on which it is unpacked. */
  readonly isLink: boolean;
}

const damaged = (fault: string) => new MediaRejected("damaged", `zip: ${fault}`);
const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const endBytes = 22;
const entriesMax = 1000;

/**
 * Reads the directory of an archive (PKWARE APPNOTE 4.3.12, 4.3.16) from its last bytes.
 *
 * @param total - The bytes of the whole archive, to which its own figures must add up.
 * @throws MediaRejected `truncated` - it stops before its end. `damaged`, `too_large`.
 */
export function readZipDirectory(tail: Uint8Array, total: number): ZipEntry[] {
  const view = numbers(tail);
  const end = findEnd(view);
  if (end === undefined) throw new MediaRejected("truncated", "zip: no end");
  const count = view.getUint16(end + 10, true);
  const bytes = view.getUint32(end + 12, true);
  const offset = view.getUint32(end + 16, true);
  if (count > entriesMax || bytes > end) throw new MediaRejected("too_large", `zip: ${count} entries`);
  if (view.getUint16(end + 8, true) !== count || offset + bytes !== total - (tail.length - end))
    throw damaged("its directory is not where it says");
  const entries: ZipEntry[] = [];
  let at = end - bytes;
  while (entries.length < count) {
    if (at + 46 > end || view.getUint32(at, true) !== entryMark) throw damaged("no entry where one must be");
    const nameBytes = view.getUint16(at + 28, true);
    const next = at + 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw damaged("an entry that is cut off");
    entries.push({
      name: new TextDecoder().decode(tail.subarray(at + 46, at + 46 + nameBytes)),
      encrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      isLink: (view.getUint16(at + 40, true) & 0xf000) === 0xa000,
    });
    at = next;
  }
  if (at !== end) throw damaged("more in its directory than its entries");
  return entries;
}

/** The last record: behind it stands nothing but a comment as long as it says. */
function findEnd(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - endBytes - 0xffff);
  for (let at = view.byteLength - endBytes; at >= first; at--)
    if (
      view.getUint32(at, true) === endMark &&
      at + endBytes + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  return undefined;
}
