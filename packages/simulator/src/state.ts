import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A named set of records that survives a restart when the simulator has a state file. */
interface Collection<T> {
  get(id: string): T | undefined;
  /** Adds or replaces; the state file is written before this returns. */
  set(id: string, record: T): void;
  /** All records, oldest first. */
  all(): readonly T[];
}

/** Everything that must outlive the process: records, and pictures by the hash of their bytes. */
export interface State {
  collection<T>(name: string): Collection<T>;
  /** Does several changes that belong together with one write at the end. */
  together(changes: () => void): void;
  /** Keeps bytes and returns the id to read them with. */
  saveBytes(bytes: Uint8Array): string;
  readBytes(id: string): Uint8Array | undefined;
}

type Stored = Record<string, Record<string, unknown>>;

/**
 * Opens the state, from `path` if that is given.
 *
 * Every change is written through to a temporary file that then replaces the old one: a `kill -9`
 * between two requests loses no purchase, and one in the middle of a write leaves the file before it.
 */
export function openState(path: string | undefined): State {
  const stored: Stored = path !== undefined && existsSync(path) ? readStored(path) : {};
  const bytesInMemory = new Map<string, Uint8Array>();
  const bytesFolder = path === undefined ? undefined : `${path}.files`;

  let held = false;
  const write = () => {
    if (path === undefined || held) return;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, JSON.stringify(stored));
    renameSync(`${path}.new`, path);
  };

  return {
    collection<T>(name: string): Collection<T> {
      stored[name] ??= {};
      const records = stored[name];
      return {
        get: (id) => (Object.hasOwn(records, id) ? (records[id] as T) : undefined),
        set(id, record) {
          records[id] = record;
          write();
        },
        all: () => Object.values(records) as T[],
      };
    },
    together(changes) {
      held = true;
      try {
        changes();
      } finally {
        held = false;
        write();
      }
    },
    saveBytes(bytes) {
      const id = createHash("sha256").update(bytes).digest("hex");
      if (bytesFolder === undefined) {
        bytesInMemory.set(id, bytes);
      } else {
        mkdirSync(bytesFolder, { recursive: true });
        writeFileSync(join(bytesFolder, `${id}.new`), bytes);
        renameSync(join(bytesFolder, `${id}.new`), join(bytesFolder, id));
      }
      return id;
    },
    readBytes(id) {
      if (bytesFolder === undefined) return bytesInMemory.get(id);
      const file = join(bytesFolder, id);
      return existsSync(file) ? readFileSync(file) : undefined;
    },
  };
}

function readStored(path: string): Stored {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (typeof value !== "object" || value === null) throw new TypeError(`${path} holds no simulator state`);
  return value as Stored;
}
