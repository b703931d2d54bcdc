import type { InputFile } from "@genbff/core";
import { createStreamedBody, readExactly, type StreamedBody } from "./streamed-body.ts";

/** One field of a form: a text, or a file that is read while it is sent. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly file: InputFile; readonly fileName: string };

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
export function createFormBody(parts: readonly FormPart[]): StreamedBody {
  const boundary = `----genbff-${crypto.randomUUID()}`;
  const heads = parts.map((part) => encoder.encode(headOf(part, boundary)));
  const tail = encoder.encode(`--${boundary}--\r\n`);

  async function* write(): AsyncGenerator<Uint8Array> {
    for (const [index, part] of parts.entries()) {
      yield heads[index] ?? new Uint8Array();
      if ("file" in part) yield* readExactly(part.file);
      else yield encoder.encode(part.value);
      yield encoder.encode("\r\n");
    }
    yield tail;
  }
  const bytes = parts.reduce(
    (sum, part, index) => sum + (heads[index]?.length ?? 0) + lengthOf(part) + 2,
    tail.length,
  );
  return createStreamedBody(`multipart/form-data; boundary=${boundary}`, bytes, write());
}

/** Makes a body of one file as it is, for vendors that are handed an address to put it at. Can be sent once. */
export function createFileBody(file: InputFile): StreamedBody {
  return createStreamedBody(file.contentType, file.bytes, readExactly(file));
}

function headOf(part: FormPart, boundary: string): string {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"`;
  if (!("file" in part)) return `${head}\r\n\r\n`;
  return `${head}; filename="${part.fileName}"\r\nContent-Type: ${part.file.contentType}\r\n\r\n`;
}

function lengthOf(part: FormPart): number {
  return "file" in part ? part.file.bytes : encoder.encode(part.value).length;
}
