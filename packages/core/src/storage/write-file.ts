import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file that is there as a whole or not at all, also after a power cut.
 *
 * The bytes go to a temporary file of the same file system, to the disk, and under their name last. On failure the
 * temporary file is removed and the stream cancelled; what had the name before keeps it.
 *
 * @param temporary - A folder on the same file system as `path`.
 * @throws whatever the stream failed with, `signal.reason`, or the file system's error.
 */
export async function writeFileWhole(
  path: string,
  body: ReadableStream<Uint8Array>,
  { temporary, signal }: { temporary: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const draft = join(temporary, randomUUID());
  try {
    const file = await openDraft(draft, temporary);
    try {
      await body.pipeTo(into(file), { ...(signal ? { signal } : {}) });
      await file.sync();
    } finally {
      await file.close();
    }
    // The last moment at which a lost lease can still keep its bytes from replacing those of the new owner.
    signal?.throwIfAborted();
    await mkdir(dirname(path), { recursive: true });
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    if (!body.locked) await body.cancel(error).catch(() => undefined);
    throw error;
  }
}

/** Its folder is there, but for the first time: making sure beforehand takes as long as the rest of it. */
async function openDraft(draft: string, temporary: string): Promise<FileHandle> {
  try {
    return await open(draft, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    await mkdir(temporary, { recursive: true });
    return open(draft, "wx");
  }
}

/** `file.write` may write less than it was given. */
function into(file: FileHandle): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
    },
  });
}

/** A new name is on the disk only when its folder is. Windows cannot open folders, and needs no such help. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
