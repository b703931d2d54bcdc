import type { InputFile } from "@genbff/core";

/** One field of a form: a text, or a file that is read while it is sent. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: InputFile; readonly fileName: string };

/** A form that is never whole in memory. Its length is known beforehand, so that no vendor sees a chunked upload. */
export interface FormBody {
  readonly contentType: string;
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
  /** What went wrong while our own storage was read: then the form never became whole, and nobody can act on it. */
  readonly failure: () => unknown;
}

const encoder = new TextEncoder();
const extensions: Record<string, string> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "model/gltf-binary": "glb",
  "application/vnd.autodesk.fbx": "fbx",
  "model/obj": "obj",
  "model/stl": "stl",
};

/** A file name that tells the vendor the type and nothing about the user. */
export function plainFileName(file: InputFile, index: number): string {
  return `input-${index}.${extensions[file.contentType] ?? "bin"}`;
}

/** Makes a `multipart/form-data` body whose files stream from our storage. Can be sent once. */
export function createFormBody(parts: readonly FormPart[]): FormBody {
  const boundary = `----genbff-${crypto.randomUUID()}`;
  const heads = parts.map((part) => encoder.encode(headOf(part, boundary)));
  const tail = encoder.encode(`--${boundary}--\r\n`);
  let failure: unknown;

  async function* write(): AsyncGenerator<Uint8Array> {
    for (const [index, part] of parts.entries()) {
      yield heads[index] ?? new Uint8Array();
      if ("file" in part) yield* exactly(part.file);
      else yield encoder.encode(part.value);
      yield encoder.encode("\r\n");
    }
    yield tail;
  }
  const pieces = write();
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: parts.reduce(
      (sum, part, index) => sum + (heads[index]?.length ?? 0) + lengthOf(part) + 2,
      tail.length,
    ),
    failure: () => failure,
    stream: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const step = await pieces.next();
            if (step.done) controller.close();
            else controller.enqueue(step.value);
          } catch (error) {
            failure = error;
            throw error;
          }
        },
        async cancel() {
          await pieces.return(undefined);
        },
      },
      { highWaterMark: 0 },
    ),
  };
}

function headOf(part: FormPart, boundary: string): string {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"`;
  if (!("file" in part)) return `${head}\r\n\r\n`;
  return `${head}; filename="${part.fileName}"\r\nContent-Type: ${part.file.contentType}\r\n\r\n`;
}

function lengthOf(part: FormPart): number {
  return "file" in part ? part.file.bytes : encoder.encode(part.value).length;
}

/** A file that is not as long as its row says would be sent cut off, or with the next field inside it. */
async function* exactly(file: InputFile): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of await file.open()) {
    sent += chunk.length;
    if (sent > file.bytes) break;
    yield chunk;
  }
  if (sent !== file.bytes) throw new Error("An input file does not have the length that was recorded.");
}
