/** Everything that will happen, in the order in which it will; between two happenings no time passes. */
export interface TimeLine {
  /** Ms since 1970. */
  now(): number;
  /** Something happens after this; returns the function that calls it off. */
  at(delayMs: number, happen: () => unknown): () => void;
  /** Lets the next thing happen, and whatever follows from it at once; false: nothing is planned. */
  next(): Promise<boolean>;
}

interface Planned {
  readonly at: number;
  /** Of two at the same time the one that was planned first. */
  readonly order: number;
  readonly happen: () => unknown;
  off: boolean;
}

/** Makes one. All work of all processes happens inside it, one thing at a time: that is why a seed replays. */
export function timeLine(start: number): TimeLine {
  const heap: Planned[] = [];
  let now = start;
  let planned = 0;
  return {
    now: () => now,
    at(delayMs, happen) {
      const plan = { at: now + Math.max(0, Math.round(delayMs)), order: planned++, happen, off: false };
      push(heap, plan);
      return () => {
        plan.off = true;
      };
    },
    async next() {
      for (;;) {
        const plan = pop(heap);
        if (plan === undefined) return false;
        if (plan.off) continue;
        now = plan.at;
        await plan.happen();
        await quiet();
        return true;
      }
    },
  };
}

/** Promises are settled before the next turn of the event loop; web streams may need a second one. */
async function quiet(): Promise<void> {
  for (let turns = 0; turns < 2; turns++) await new Promise((resolve) => setImmediate(resolve));
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function push(heap: Planned[], plan: Planned): void {
  let at = heap.push(plan) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(plan, heap[above] as Planned)) break;
    heap[at] = heap[above] as Planned;
    at = above;
  }
  heap[at] = plan;
}

function pop(heap: Planned[]): Planned | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1] as Planned, heap[below] as Planned)) below++;
    if (!isBefore(heap[below] as Planned, last)) break;
    heap[at] = heap[below] as Planned;
    at = below;
  }
  heap[at] = last;
  return first;
}
