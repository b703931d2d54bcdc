import { createHash } from "node:crypto";
import { MediaRejected } from "./media-rejected.ts";
import { fbx, jpeg, type MediaKind, type MediaType } from "./media-types.ts";
import { checkExpansion } from "./pixel-limits.ts";
import { sniff } from "./sniff.ts";
import { Walker } from "./walker.ts";
import { walkOf } from "./walks.ts";

/** What may pass an inspection. */
export interface InspectionLimits {
  readonly kinds: readonly MediaKind[];
  /** Of these kinds, only these types. Default: all. */
  readonly types?: readonly MediaType[] | undefined;
  readonly bytesMax: number;
}

/** What is known of a file after its last byte. */
export interface Inspection extends MediaType {
  readonly width: number | null;
  readonly height: number | null;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/**
 * Enough for a line break or the padding of a block; a file glued behind another is not let through, however small.
 *
 * JPEG is the exception: phones put a gain map, a second view or a short film behind the picture
 * (Ultra HDR, Motion Photo), so an ordinary photograph has megabytes there. It is harmless: we send every object
 * with our own type and `nosniff`.
 */
const trailingBytesMax = 512;

/**
 * Looks at a file while it passes: what it is, whether it is whole, how large, its SHA-256.
 *
 * Pixels are not decoded. Memory is bounded, whatever the file (GLB: its JSON, at most 16 MB;
 * SVG: one tag, at most 8 MB; a package: its directory, at most 2 MB).
 */
export class Inspector {
  /** Known after the first bytes: 12 of a picture, at most 1,024 of a text. */
  type: MediaType | undefined;

  readonly #limits: InspectionLimits;
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #head = new Uint8Array(0);
  #walker: Walker | undefined;

  constructor(limits: InspectionLimits) {
    this.#limits = limits;
  }

  /**
   * Takes the next bytes, in pieces of any size.
   *
   * @throws MediaRejected - as soon as it is clear that the file is not taken.
   */
  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bytesMax)
      throw new MediaRejected("too_large", `over ${this.#limits.bytesMax} bytes`);
    this.#hash.update(chunk);
    if (this.#walker) this.#walker.feed(chunk);
    else this.#begin(chunk);
    this.#checkTrailing();
  }

  /**
   * Says what the file was. Call it once, after the last `push`.
   *
   * @throws MediaRejected `truncated` - the file stops before its own end. `not_allowed` - too short to be anything.
   */
  finish(): Inspection {
    if (this.#bytes === 0) throw new MediaRejected("truncated", "empty");
    if (!this.#walker) this.#begin(new Uint8Array(0), true);
    this.#walker?.end();
    const dimensions = this.#walker?.dimensions;
    if (!dimensions || !this.type)
      throw new MediaRejected("truncated", `${this.type?.extension}: ends after ${this.#bytes} bytes`);
    const { width, height, besideBytes = 0 } = dimensions;
    const besides = besideBytes + (this.#walker?.trailingBytes ?? 0);
    if (width !== null && height !== null) checkExpansion(width, height, this.#bytes - besides);
    return { ...this.type, width, height, bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  #begin(chunk: Uint8Array, ended = false): void {
    this.#head = Buffer.concat([this.#head, chunk]);
    const type = sniff(this.#head, ended);
    if (type === "more") return;
    if (!type) throw new MediaRejected("not_allowed", "of no known type");
    const { kinds, types } = this.#limits;
    if (!kinds.includes(type.kind) || types?.includes(type) === false) {
      throw new MediaRejected("not_allowed", `${type.contentType}, not ${kinds.join(" or ")}`);
    }
    this.type = type;
    this.#walker = new Walker(walkOf(type, this.#head));
    this.#walker.feed(this.#head);
    this.#head = new Uint8Array(0);
  }

  #checkTrailing(): void {
    if (this.type === jpeg || !this.#walker) return;
    const { trailingBytes, isTrailingBlank } = this.#walker;
    // An FBX has its footer there.
    if (trailingBytes > trailingBytesMax || !(isTrailingBlank || this.type === fbx)) {
      throw new MediaRejected("damaged", "something follows its end");
    }
  }
}
