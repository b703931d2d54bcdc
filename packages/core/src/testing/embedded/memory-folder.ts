import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a whole run of the tests keeps at once is a fraction of this. */
const enoughBytes = 2_000_000_000;

/**
 * Where what nobody will miss is fastest: in memory, on Linux with room there, else the temporary folder. On a disk,
 * making a database's 300 files takes longer than most tests that it is made for.
 */
export function memoryFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(sharedMemory);
    return bavail * bsize >= enoughBytes ? sharedMemory : tmpdir();
  } catch {
    return tmpdir(); // no Linux
  }
}

const sharedMemory = "/dev/shm";

/** A new folder there. */
export function makeMemoryFolder(prefix: string): string {
  return mkdtempSync(join(memoryFolder(), prefix));
}
