import { inputTypes, typesOf } from "../assets/media-types.ts";
import { inputBytesMax } from "../assets/receive-input.ts";
import { outputBytesMax } from "../assets/store-output.ts";
import type { Catalogue } from "../operations/catalogue.ts";
import type { StorageNeeds } from "../storage/port.ts";

/** What may be put into storage by everything that is sold: its results, and the files that it is made from. */
export function storageNeeds(catalogue: Pick<Catalogue, "list">): StorageNeeds {
  const operations = catalogue.list().map(({ operation }) => operation);
  const results = new Set(
    operations.map(({ output }) => output).filter((output) => typeof output === "string"),
  );
  const brought = new Set(operations.flatMap(({ files }) => files.map(({ kind }) => kind)));
  const bytes = [
    ...[...results].map((kind) => outputBytesMax[kind]),
    ...[...brought].map((kind) => inputBytesMax[kind]),
  ];
  const types = [
    ...[...results].flatMap(typesOf),
    ...inputTypes.filter(({ kind }) => brought.has(kind as "image" | "model")),
  ];
  return {
    contentTypes: [...new Set(types.map(({ contentType }) => contentType))],
    bytesMax: Math.max(0, ...bytes),
  };
}
