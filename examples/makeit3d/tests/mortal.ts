import { vi } from "vitest";
import type { TestDatabase } from "../../../packages/core/src/testing/embedded/test-database.ts";
import { expireLeases } from "../../../packages/core/src/testing/generations/expire-leases.ts";

/** A moment in the life of a process: the first call of this name, before it is made, while its body flows, or before its answer is read. */
export interface Moment {
  readonly at: string;
  readonly when: "before" | "during" | "after";
}

/** A process that something can come over. */
export interface Life {
  dead: boolean;
  /** Every call that was made through its ports, in order. */
  readonly calls: string[];
  /** Its calls of the database that have no answer yet: they were made, and may still be committed after its death. */
  readonly asking: Set<unknown>;
  /** Nothing leaves it any more but the call that it dies after. */
  dying: boolean;
  /** Called when the call goes out that it is struck after: on a slow machine other ones could overtake it. */
  brace?(): void;
  /** What comes over it at the moment. It goes on when this resolves, if it has survived. */
  strike(): Promise<void>;
  /** What it hears once it is dead: nothing, until it is buried. */
  readonly silence: Promise<never>;
  /** Lets its code end: what waits for an answer that never comes is refused, as is what it still asks for. */
  bury(): void;
}

/** A life that ends as `kill -9` ends it: from then on no call is made and no answer ever arrives. */
export function mortalLife(): Life {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  silence.catch(() => undefined); // nobody may be waiting for it
  const life: Life = {
    dead: false,
    dying: false,
    calls: [],
    asking: new Set(),
    brace() {
      life.dying = true;
    },
    strike() {
      life.dead = true;
      return silence;
    },
    silence,
    bury: () => reject(new Error("buried")),
  };
  return life;
}

/**
 * A port of a process that something comes over at a moment. Once it is dead, what a heartbeat, a timer or a stream
 * still wants to do is swallowed with it.
 */
export function mortal<Port extends object>(
  name: string,
  port: Port,
  life: Life,
  moment: Moment | undefined,
): Port {
  let struck = false;
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function" || typeof key !== "string") return value;
      return (...args: unknown[]) => {
        // Not of its own doing: the kernel closes what the dead had open.
        if (key === "close") return Reflect.apply(value, target, args);
        if (life.dead || life.dying) return life.silence;
        const call = nameOf(name, key, args);
        life.calls.push(call);
        const make = (...given: unknown[]) => {
          const made = Reflect.apply(value, target, given) as unknown;
          if (name === "database" && made instanceof Promise) {
            life.asking.add(made);
            const answered = () => life.asking.delete(made);
            made.then(answered, answered);
          }
          return made;
        };
        if (struck || moment?.at !== call) return make(...args);
        struck = true;
        switch (moment.when) {
          case "before":
            return life.strike().then(() => make(...args));
          case "during":
            return make(...args.map((arg) => (arg instanceof ReadableStream ? cut(arg, life) : arg)));
          case "after":
            life.brace?.();
            return strikeAfter(make(...args), life);
        }
      };
    },
  });
}

async function strikeAfter(made: unknown, life: Life): Promise<unknown> {
  try {
    return await made;
  } finally {
    await life.strike();
  }
}

/** The same bytes; but once half of the first ones have been taken, it happens. */
function cut(body: ReadableStream<Uint8Array>, life: Life): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let rest: Uint8Array | undefined;
  let started = false;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (rest !== undefined) {
          await life.strike();
          controller.enqueue(rest);
          rest = undefined;
          return;
        }
        const { done, value } = await reader.read();
        if (done) return controller.close();
        if (!started) rest = value.subarray(value.length >> 1);
        controller.enqueue(started ? value : value.subarray(0, value.length >> 1));
        started = true;
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** A database call by its function, and a record by the step that it commits. */
function nameOf(port: string, key: string, args: readonly unknown[]): string {
  if (port !== "database" || key !== "call") return `${port}.${key}`;
  const step = (args[1] as { p_changes?: { step?: string } } | undefined)?.p_changes?.step;
  return step === undefined ? String(args[0]) : `${String(args[0])} ${step}`;
}

/** A process that can be killed, and what it runs. */
export interface Mortal {
  readonly life: Life;
  readonly bff: { stop(graceMs: number): Promise<unknown> };
}

/** As much time passes as the dead have left. What they had asked the database for is done before, or it is not. */
export async function outliveLeases(test: TestDatabase, processes: readonly Mortal[]): Promise<void> {
  const dead = processes.filter(({ life }) => life.dead);
  await vi.waitUntil(() => dead.every(({ life }) => life.asking.size === 0), { timeout: 20_000 });
  await expireLeases(test);
}

/** Ends every process: the dead are buried, so that their code ends as well. */
export async function endAll(processes: readonly Mortal[]): Promise<void> {
  await Promise.all(
    processes.map(({ life, bff }) => {
      if (life.dead || life.dying) life.bury();
      // One that was stopped by its test has closed its connections already.
      return bff.stop(0).catch(() => undefined);
    }),
  );
}
