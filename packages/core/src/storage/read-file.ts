import { type FileHandle, open } from "node:fs/promises";

/** A file held open: its size cannot change under the reader, since a replacement is another file. */
export interface OpenFile {
  readonly bytes: number;
  /** Changes whenever the file is replaced. */
  readonly version: string;
  /** Reads a part, to its end or until cancelled, then closes the file. Call `read` or `close` once. */
  read(range: { start: number; end: number }): ReadableStream<Uint8Array>;
  close(): Promise<void>;
}

const chunkBytes = 64 * 1024;

/** Opens a file; `null` where there is none. A folder counts as none. */
export async function openFile(path: string): Promise<OpenFile | null> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
  const stat = await file.stat({ bigint: true });
  if (!stat.isFile()) {
    await file.close();
    return null;
  }
  return {
    bytes: Number(stat.size),
    version: [stat.ino, stat.size, stat.mtimeNs].map((part) => part.toString(36)).join("-"),
    read: ({ start, end }) => readPart(file, start, end),
    close: () => file.close(),
  };
}

/** @param end - The first byte that is not read. */
function readPart(file: FileHandle, start: number, end: number): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { bytesRead, buffer } = await file
          .read(new Uint8Array(Math.min(chunkBytes, end - at)), 0, null, at)
          .catch(async (error: unknown) => {
            await file.close();
            throw error;
          });
        at += bytesRead;
        if (bytesRead > 0) controller.enqueue(buffer.subarray(0, bytesRead));
        if (bytesRead > 0 && at < end) return;
        await file.close();
        if (at < end) controller.error(new Error("a stored file became shorter while it was read"));
        else controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

/** Whether a file system's error only says that there is nothing under this name. */
function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "EISDIR"].includes(String((error as { code?: unknown } | null)?.code));
}
