import { randomUUID } from "node:crypto";

/** An answer as it was given. */
interface Given {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** What some faults need to remember between two requests. Not part of the state: faults do not outlive a restart. */
export interface Memory {
  /** Remembers the first JSON answer to a path, and whether one of them already had outputs. */
  noteRead(path: string, given: Given, hasOutputs: () => boolean): void;
  /** Remembers that a path was answered with a file. */
  noteFile(path: string): void;
  /** The first answer to that path; with `complete`, only after one with outputs. */
  firstRead(path: string, complete: boolean): Given | undefined;
  /** Another id for a job, the same each time; {@link realPath} leads back. */
  aliasOf(jobId: string): string;
  /** A path with the real id in place of its alias. */
  realPath(path: string): string;
  /** Keeps a file under a name of its own, for the end of a redirect. */
  keepFile(file: Response): string;
  file(token: string): Response | undefined;
}

const readsMax = 1000;
const filesMax = 20;

/** An empty memory. */
export function createMemory(): Memory {
  const reads = new Map<string, { first: Given; complete: boolean }>();
  const aliases = new Map<string, string>();
  const files = new Map<string, Response>();
  return {
    noteRead(path, given, hasOutputs) {
      const known = reads.get(path);
      if (!known) {
        reads.set(path, { first: given, complete: hasOutputs() });
        forgetOldest(reads, readsMax);
      } else if (!known.complete) {
        known.complete = hasOutputs();
      }
    },
    noteFile(path) {
      const known = reads.get(path);
      if (known) known.complete = true;
    },
    firstRead(path, complete) {
      const known = reads.get(path);
      return known && (!complete || known.complete) ? known.first : undefined;
    },
    aliasOf(jobId) {
      // Letters and digits turned round: of the vendor's own shape, and nobody else's id.
      const signs = [...jobId.replaceAll("-", "")];
      const alias = jobId.replaceAll(/[^-]/g, () => signs.pop() ?? "");
      aliases.set(alias, jobId);
      return alias;
    },
    realPath(path) {
      return path
        .split("/")
        .map((part) => aliases.get(part) ?? part)
        .join("/");
    },
    keepFile(file) {
      const token = randomUUID();
      files.set(token, file);
      forgetOldest(files, filesMax);
      return token;
    },
    file: (token) => files.get(token)?.clone(),
  };
}

function forgetOldest(map: Map<string, unknown>, max: number): void {
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
