import { type AppError, isAppError } from "../errors/app-error.ts";

/** Who is at the other end, and what the host between us can do. A host that knows nothing hands over nothing. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  /** The host hands over whole answers only: a stream tells what is true now and ends, and its reader comes back. */
  readonly buffers?: boolean | undefined;
  /**
   * Why the host could not take this request, or cannot hand over its answer: said in the BFF's own words, with its
   * headers. Nothing else is done.
   */
  readonly refusal?: AppError | undefined;
  /** Told of what must not be lost when the process freezes after its answer; see `Bff.settled`. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** What a host says, as far as it can be believed: hosts hand over objects of their own, in which other things are so called. */
export function readPeer(host: object | undefined): Omit<Peer, "waitUntil"> {
  const { remoteAddress, buffers, refusal } = (host ?? {}) as Record<string, unknown>;
  return {
    remoteAddress: typeof remoteAddress === "string" ? remoteAddress : undefined,
    buffers: buffers === true,
    refusal: isAppError(refusal) ? refusal : undefined,
  };
}

/** Tells a host that can wait what it should wait for. */
export function tellToWait(host: object | undefined, work: () => Promise<unknown>): void {
  const { waitUntil } = (host ?? {}) as { waitUntil?: unknown };
  // As a method: some hosts' functions need their `this`.
  if (typeof waitUntil === "function")
    (host as { waitUntil(work: Promise<unknown>): void }).waitUntil(work());
}
