import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Pieces of a body, each of them watched until it is garbage. */
export interface TrackedPieces {
  readonly bytes: number;
  /** Makes them, one when it is asked for. Can be read once. */
  make(): AsyncGenerator<Uint8Array, void, void>;
  /** The most pieces that were held at once, looked at every 25 pieces: how many somebody could still read. */
  heldMax(): number;
}

/** Tracks a body of `count` pieces of 64 KB. */
export function trackPieces(count: number): TrackedPieces {
  const pieceBytes = 64 * 1024;
  const made: WeakRef<Uint8Array>[] = [];
  let most = 0;
  const look = async () => {
    // What was looked at in this turn of the event loop lives until its end.
    await setImmediate();
    collectGarbage();
    most = Math.max(most, made.filter((piece) => piece.deref() !== undefined).length);
  };
  const next = () => {
    const piece = new Uint8Array(pieceBytes).fill(made.length);
    made.push(new WeakRef(piece));
    return piece;
  };
  return {
    bytes: count * pieceBytes,
    heldMax: () => most,
    async *make() {
      while (made.length < count) {
        yield next();
        if (made.length % 25 === 0) await look();
      }
    },
  };
}
