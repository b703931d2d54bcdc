import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a whole run of the tests keeps at once is a fraction of this. */
const enoughBytes = 2_000_000_000;

/**
 * The folder that lies in memory, on Linux with room there. For what nobody will miss: on a disk, making a database's
 * 300 files takes longer than most tests that it is made for.
 */
export function memoryFolder(): string | undefined {
  const sharedMemory = "/dev/shm";
  try {
    const { bavail, bsize } = statfsSync(sharedMemory);
    return bavail * bsize >= enoughBytes ? sharedMemory : undefined;
  } catch {
    return undefined; // no Linux
  }
}

/** A new folder there, else where all temporary ones are. */
export function makeMemoryFolder(prefix: string): string {
  return mkdtempSync(join(memoryFolder() ?? tmpdir(), prefix));
}
