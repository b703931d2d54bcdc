import { setTimeout as pause } from "node:timers/promises";

/** What a measured process is asked for by its parent. */
export type Order = { readonly order: "rest" } | { readonly order: "work"; readonly work: unknown };

/** What it answers. */
export type Answer = { readonly done: unknown } | { readonly failed: string };

/**
 * The child's side: tells the parent that it is ready, and does what it is told until the parent is gone.
 *
 * `rest` collects garbage until there is no more, so that what is measured next begins from what is really held.
 */
export function obeyParent<Work>(ready: object, work?: (work: Work) => Promise<unknown>): void {
  const say = (answer: Answer) => process.send?.(answer);
  const obey = async (order: Order) => (order.order === "rest" ? rest() : work?.(order.work as Work));
  process.on("message", (order: Order) => {
    obey(order).then(
      (done) => say({ done }),
      (error: unknown) => say({ failed: error instanceof Error ? String(error.stack) : String(error) }),
    );
  });
  process.once("disconnect", () => process.exit(0));
  say({ done: ready });
}

async function rest(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error("start it with --expose-gc");
  // Several times, with pauses: buffers are freed in the background, and finalizers let go of more.
  for (let round = 0; round < 4; round++) {
    globalThis.gc();
    await pause(50);
  }
}
