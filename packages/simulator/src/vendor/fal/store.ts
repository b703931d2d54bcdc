import type { JobClock } from "../../jobs/job-clock.ts";
import { hashText } from "../../random.ts";
import type { State } from "../../state.ts";
import type { Failure } from "./failure.ts";

/** A request as it is kept. Its status is not: that follows from the clock. */
export interface RequestRecord extends JobClock {
  readonly request_id: string;
  /** Digest of the key that made it; to every other key it does not exist. */
  readonly owner: string;
  readonly endpoint: string;
  /** Without its files. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Kept pictures of the input, by the place of their address, e.g. `image_url` or `image_urls.0`. */
  readonly pictures: Readonly<Record<string, string>>;
  /** Of its pictures, where it makes some. */
  readonly size: Size;
  /** What is wrong with its input. The queue takes it all the same: only the model says so. */
  readonly failure?: Failure;
  /** It waited for longer than its submit allowed. */
  readonly isNeverStarted?: true;
  /** When its media are deleted. */
  readonly media_until_ms: number;
  readonly webhook?: string;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How many things a request makes. */
export function outputsOf({ input }: Pick<RequestRecord, "input">): number {
  return typeof input.num_images === "number" ? input.num_images : 1;
}

/** The seed of a request: its own, or one drawn for it. */
export function seedOf({ input, request_id }: RequestRecord): number {
  return typeof input.seed === "number" ? input.seed : hashText(request_id);
}

/** A file in the vendor's storage, or the place for one. */
export interface StoredFile {
  readonly file_id: string;
  readonly name: string;
  readonly content_type: string;
  readonly bytes_id?: string;
}

/** Everything this vendor remembers. */
export interface FalStore {
  saveRequest(request: RequestRecord): void;
  /** The request, if that key may see it; without `owner`, for links, which need no key. */
  request(id: string, owner?: string): RequestRecord | undefined;
  saveFile(file: StoredFile): void;
  file(id: string): StoredFile | undefined;
}

/** Opens the vendor's part of the state. */
export function createStore(state: State): FalStore {
  const requests = state.collection<RequestRecord>("fal.requests");
  const files = state.collection<StoredFile>("fal.files");
  return {
    saveRequest: (request) => requests.set(request.request_id, request),
    request(id, owner) {
      const request = requests.get(id);
      return owner === undefined || request?.owner === owner ? request : undefined;
    },
    saveFile: (file) => files.set(file.file_id, file),
    file: (id) => files.get(id),
  };
}
