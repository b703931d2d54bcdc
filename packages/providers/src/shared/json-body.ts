import type { InputFile, JsonValue } from "@genbff/core";
import { base64Length, createBase64Encoder } from "./base64-encoder.ts";
import { createStreamedBody, readExactly, type StreamedBody } from "./streamed-body.ts";

/** Stands in JSON for a file of ours in base64, behind `before`, e.g. `data:image/png;base64,`. */
export class Base64File {
  readonly file: InputFile;
  readonly before: string;
  constructor(file: InputFile, before = "") {
    this.file = file;
    this.before = before;
  }
}

/** JSON that may hold files. */
export type JsonTemplate =
  | JsonValue
  | Base64File
  | readonly JsonTemplate[]
  | { readonly [name: string]: JsonTemplate };

const encoder = new TextEncoder();

/** Makes a JSON body whose files are read and encoded while it is sent. Can be sent once. */
export function createJsonBody(template: JsonTemplate): StreamedBody {
  const pieces = [...piecesOf(template)].map((piece) =>
    typeof piece === "string" ? encoder.encode(piece) : piece,
  );
  async function* write(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece;
      else yield* encode(piece.file);
    }
  }
  const bytes = pieces.reduce(
    (sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : base64Length(piece.file.bytes)),
    0,
  );
  return createStreamedBody("application/json", bytes, write());
}

/** The text of the JSON, with the files in the places of their letters. */
function* piecesOf(template: JsonTemplate): Generator<string | Base64File> {
  if (template instanceof Base64File) {
    yield JSON.stringify(template.before).slice(0, -1);
    yield template;
    yield '"';
  } else if (Array.isArray(template)) {
    for (const [index, item] of (template as readonly JsonTemplate[]).entries()) {
      yield index === 0 ? "[" : ",";
      yield* piecesOf(item);
    }
    yield template.length === 0 ? "[]" : "]";
  } else if (typeof template === "object" && template !== null) {
    const fields = Object.entries(template as Record<string, JsonTemplate>);
    for (const [index, [name, value]] of fields.entries()) {
      yield `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`;
      yield* piecesOf(value);
    }
    yield fields.length === 0 ? "{}" : "}";
  } else yield JSON.stringify(template);
}

async function* encode(file: InputFile): AsyncGenerator<Uint8Array> {
  const base64 = createBase64Encoder();
  for await (const chunk of readExactly(file)) yield base64.write(chunk);
  yield base64.end();
}
