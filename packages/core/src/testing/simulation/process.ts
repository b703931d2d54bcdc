import type { Clock } from "../../shared/clock.ts";
import type { World } from "./world.ts";

/** One operating system's process: it can be slow, stand still for a while, have a wrong clock, and be killed. */
export interface SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly alive: () => boolean;
  /**
   * One call to something outside: the request travels, has its effect there, and the answer travels back. A process
   * may die before it leaves or after its effect; what has left has its effect in any case.
   */
  journey<Answer>(
    call: string,
    effect: () => Answer | Promise<Answer>,
    options?: Journey<Answer>,
  ): Promise<Answer>;
  /** Waits in this process's time. */
  wait(ms: number): Promise<void>;
  /** `kill -9`: from now on no call leaves it and no answer arrives. */
  kill(): void;
  /** Stands still for so long, as a laptop with its lid closed, or a virtual machine that is moved. */
  freeze(ms: number): void;
  /** The wall clock is set by somebody. */
  setWallClock(aheadMs: number): void;
  onDeath(handler: () => void): void;
}

/** How a call travels. */
interface Journey<Answer> {
  /** How long the other side works before it answers. */
  readonly workMs?: number;
  /** What the trace tells of the answer. */
  readonly brief?: (answer: Answer) => string;
  /** What the trace tells of a failure. */
  readonly failed?: (error: unknown) => string;
  /** How often the process stands still just before it reads the answer: the worst moment there is. */
  readonly freezeOneIn?: number;
}

const deathOneIn = 150;

/** Starts one. */
export function startProcess(world: World, name: string): SimulatedProcess {
  const { time, luck, tell } = world;
  const startedAt = time.now();
  const mourners: (() => void)[] = [];
  let alive = true;
  let frozenUntil = 0;
  let aheadMs = 0;

  const kill = () => {
    if (!alive) return;
    alive = false;
    tell(name, "dies");
    for (const mourn of mourners) mourn();
  };
  const freeze = (ms: number) => {
    if (!alive) return;
    tell(name, `stands still for ${ms} ms`);
    frozenUntil = time.now() + ms;
    world.lose(ms);
  };
  /** Happens in this process: not while it stands still, never once it is dead. */
  const deliver = (happen: () => void): void => {
    if (!alive) return;
    if (frozenUntil > time.now()) time.at(frozenUntil - time.now(), () => deliver(happen));
    else happen();
  };
  const after = (ms: number, callback: () => void) => {
    let off = false;
    const callOff = time.at(ms, () => deliver(() => (off ? undefined : callback())));
    return () => {
      off = true;
      callOff();
    };
  };
  const clock: Clock = {
    now: () => time.now() + aheadMs,
    monotonic: () => time.now() - startedAt,
    after,
    every(ms, callback) {
      let callOff = after(ms, beat);
      function beat() {
        callOff = after(ms, beat);
        callback();
      }
      return () => callOff();
    },
    timeout(ms) {
      const controller = new AbortController();
      after(ms, () => controller.abort(new DOMException("The operation timed out", "TimeoutError")));
      return controller.signal;
    },
  };
  return {
    name,
    clock,
    alive: () => alive,
    wait: (ms) => new Promise((resolve) => void after(ms, resolve)),
    kill,
    freeze,
    setWallClock(ms) {
      tell(name, `has its clock set ${ms} ms ahead`);
      aheadMs = ms;
    },
    onDeath: (handler) => void mourners.push(handler),
    journey: (call, effect, { workMs = 0, brief = () => "ok", failed = nameOf, freezeOneIn = 300 } = {}) =>
      new Promise((resolve, reject) => {
        if (!alive) return;
        const death = luck.badly(deathOneIn) ? luck.oneOf(["before", "after"] as const) : undefined;
        if (death === "before") {
          tell(name, `${call} † before`);
          return kill();
        }
        time.at(luck.latencyMs(), async () => {
          let arrive: () => void;
          try {
            const answer = await effect();
            arrive = () => resolve(answer);
            tell(name, `${call} → ${brief(answer)}`);
          } catch (error) {
            arrive = () => reject(error);
            tell(name, `${call} ✗ ${failed(error)}`);
          }
          if (death === "after") kill();
          if (luck.badly(freezeOneIn)) freeze(luck.between(2000, 90_000));
          time.at(workMs + luck.latencyMs(), () => deliver(arrive));
        });
      }),
  };
}

function nameOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: string; name?: string };
  return code ?? name ?? "failed";
}
