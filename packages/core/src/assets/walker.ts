import type { Dimensions, Step, Walk } from "./walk.ts";

const nothing = new Uint8Array(0);
const blanks: readonly number[] = [0, 0x0a, 0x0d, 0x20];

/** Drives a walk with chunks as they arrive. */
export class Walker {
  /** Set when the container has ended. */
  dimensions: Dimensions | undefined;
  /** Bytes that came after the container's end. */
  trailingBytes = 0;
  /** Whether they are line breaks, spaces and zeros alone. */
  isTrailingBlank = true;

  readonly #walk: Walk;
  #step: Step | undefined;
  #left = 0;
  #taken: Uint8Array[] = [];

  constructor(walk: Walk) {
    this.#walk = walk;
    this.#advance(nothing);
  }

  /**
   * Any chunking of a file gives the same result.
   *
   * @throws MediaRejected - whatever the walk finds wrong.
   */
  feed(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0 && this.#step) rest = rest.subarray(this.#consume(this.#step, rest));
    this.trailingBytes += rest.length;
    this.isTrailingBlank &&= rest.every((byte) => blanks.includes(byte));
  }

  /** Says that the file has ended, to a walk that waits for that. */
  end(): void {
    if (this.#step && "rest" in this.#step) this.#advance(nothing);
  }

  /** How many of the bytes the present step used up. */
  #consume(step: Step, bytes: Uint8Array): number {
    if ("seek" in step) {
      const at = bytes.indexOf(step.seek);
      if (at < 0) return bytes.length;
      this.#advance(nothing);
      return at + 1;
    }
    if ("rest" in step) {
      step.rest(bytes);
      return bytes.length;
    }
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    if ("take" in step) this.#taken.push(part);
    else step.over?.(part);
    if (this.#left === 0) this.#advance(this.#collect());
    return part.length;
  }

  #collect(): Uint8Array {
    const parts = this.#taken;
    this.#taken = [];
    if (parts.length <= 1) return parts[0] ?? nothing;
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** Hands over what was asked for, and goes on through steps that need no bytes at all. */
  #advance(bytes: Uint8Array): void {
    for (let given = bytes; ; given = nothing) {
      const next = this.#walk.next(given);
      if (next.done) {
        this.#step = undefined;
        this.dimensions = next.value;
        return;
      }
      this.#step = next.value;
      this.#left = "take" in next.value ? next.value.take : "skip" in next.value ? next.value.skip : 0;
      if ("seek" in next.value || "rest" in next.value || this.#left > 0) return;
    }
  }
}
