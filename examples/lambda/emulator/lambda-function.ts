import { json } from "node:stream/consumers";
import { type Environment, type EnvironmentOptions, FunctionError, startEnvironment } from "./environment.ts";
import type { Answer } from "./runtime-api.ts";

/** One function. */
export interface FunctionOptions extends EnvironmentOptions {
  /** Processes at the same time. More invocations than that wait; where AWS answers 429 the caller would have to. */
  readonly concurrency: number;
  /** Asked after each invocation: whether the frozen process is thrown away. Default never. */
  readonly discards?: (() => boolean) | undefined;
}

/** What an invocation came to. */
export interface Invocation {
  /** From the moment at which its event was handed over until its process was frozen or ended. */
  readonly ms: number;
  /** `answered`, or the type of its error. */
  readonly how: string;
  /** Whether a process was started for it. */
  readonly cold: boolean;
}

/** A function as those see it that invoke it. */
export interface LambdaFunction {
  /** @throws FunctionError - there is no answer. */
  invoke(event: object): Promise<Answer>;
  /** The same, for a result that is JSON. */
  call(event: object): Promise<unknown>;
  /** Those that are over, in the order of their ends. */
  readonly invocations: readonly Invocation[];
  /** How many processes were thrown away. */
  readonly discarded: number;
  /** Kills one process in the middle of its work, as a host dies. Resolves to its event, undefined where none is at work. */
  kill(): Promise<object | undefined>;
  /** Ends its processes, whatever they are doing. */
  close(): Promise<void>;
}

/** Makes a function; its processes are started as they are needed, and used again as long as they live. */
export function lambdaFunction(options: FunctionOptions): LambdaFunction {
  const { concurrency, discards = () => false } = options;
  const all = new Set<Environment>();
  const frozen: Environment[] = [];
  const waiting: (() => void)[] = [];
  const invocations: Invocation[] = [];
  const over = new Set<Promise<void>>();
  let taken = 0;
  let discarded = 0;
  let isClosed = false;

  /** One that has died in its sleep is no one's any more. */
  const takeFrozen = () => {
    for (;;) {
      const environment = frozen.pop();
      if (environment === undefined || environment.isAlive) return environment;
      all.delete(environment);
    }
  };
  const take = async () => {
    if (taken >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
    else taken += 1;
    const warm = takeFrozen();
    if (warm !== undefined) return { environment: warm, cold: false };
    const environment = await startEnvironment(options);
    all.add(environment);
    return { environment, cold: true };
  };
  const giveBack = async (environment: Environment) => {
    if (environment.isAlive && !isClosed && discards()) {
      await environment.discard();
      discarded += 1;
    }
    if (environment.isAlive) frozen.push(environment);
    else all.delete(environment);
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  };
  const account = async (environment: Environment, cold: boolean, answered: Promise<unknown>) => {
    const how = await answered.then(
      () => "answered",
      (error: unknown) => (error instanceof FunctionError ? error.errorType : String(error)),
    );
    invocations.push({ ms: await environment.idle(), how, cold });
    await giveBack(environment);
  };

  const invoke = async (event: object) => {
    if (isClosed) throw new FunctionError("Closed", "the emulator is being closed");
    const { environment, cold } = await take();
    const answered = environment.invoke(event);
    const accounted: Promise<void> = account(environment, cold, answered).finally(() =>
      over.delete(accounted),
    );
    over.add(accounted);
    return await answered;
  };
  return {
    invoke,
    async call(event) {
      const { body } = await invoke(event);
      return await json(body);
    },
    invocations,
    get discarded() {
      return discarded;
    },
    async kill() {
      const atWork = [...all].find((environment) => environment.isAlive && environment.event !== undefined);
      const event = atWork?.event;
      await atWork?.discard();
      return event;
    },
    async close() {
      isClosed = true;
      await Promise.all([...all].map((environment) => environment.discard()));
      await Promise.all(over);
    },
  };
}
