import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Answer, type GivenEvent, openRuntimeApi } from "./runtime-api.ts";

/** How a function's processes are started. */
export interface EnvironmentOptions {
  /** The folder of its code. */
  readonly taskRoot: string;
  /** `file.export`. */
  readonly handler: string;
  readonly variables: Readonly<Record<string, string>>;
  /** An invocation that takes longer is ended with its process. */
  readonly timeoutMs: number;
  /** The program between Lambda and the handler. Default: this folder's `runtime-client.ts`. */
  readonly bootstrap?: readonly [command: string, ...args: string[]] | undefined;
  /** Called for both outputs of each process. Without it they are this process's own. */
  readonly onOutput?: ((output: Readable) => void) | undefined;
}

/** What the caller of a function is told where there is no answer. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  readonly errorType: string;
  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** One process of a function. It runs while it has an event, and is frozen from its answer on. */
export interface Environment {
  /**
   * Thaws it and hands an event over. One at a time.
   *
   * @throws FunctionError - it failed, took too long or ended before it answered.
   */
  invoke(event: object): Promise<Answer>;
  /** Resolves when the present invocation is over, and its process frozen or dead, to the ms that it took. */
  idle(): Promise<number>;
  readonly isAlive: boolean;
  /** What it is at work for; undefined while it is frozen. */
  readonly event: object | undefined;
  /** SIGKILL: it is told nothing, and does nothing more. */
  discard(): Promise<void>;
}

const client = fileURLToPath(new URL("runtime-client.ts", import.meta.url));
// Windows cannot stop a process.
const canFreeze = process.platform !== "win32";

/** Starts one. Its code is loaded when its first event is there, and the time for that is not the event's. */
export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { timeoutMs } = options;
  let answering: PromiseWithResolvers<Answer> | undefined;
  let over = Promise.withResolvers<number>();
  let ready = listenedTo(Promise.withResolvers<(event: GivenEvent) => void>());
  let body: Answer["body"] | undefined;
  let wall: NodeJS.Timeout | undefined;
  let began = performance.now();
  let why: FunctionError | undefined;
  let isDiscarded = false;
  let atWorkFor: object | undefined;

  const fail = (error: FunctionError) => {
    why = error;
    answering?.reject(error);
    body?.destroy(error);
  };
  const end = () => {
    atWorkFor = undefined;
    clearTimeout(wall);
    over.resolve(performance.now() - began);
  };
  const api = await openRuntimeApi({
    onReady(give) {
      freeze(child, true);
      end();
      ready.resolve(give);
    },
    onAnswer(answer) {
      body = answer.body;
      // Whoever reads it hears of a break, and nobody else has to.
      body.on("error", () => undefined);
      answering?.resolve(answer);
    },
    onError: ({ errorType, errorMessage }) => fail(new FunctionError(errorType, errorMessage)),
  });
  const child = start(options, api.address);
  const exited = once(child, "exit").then(() => {
    const error = why ?? new FunctionError("Runtime.ExitError", "the process ended before it answered");
    fail(error);
    ready.reject(error);
    end();
    api.close();
  });

  return {
    async invoke(event) {
      const current = listenedTo(Promise.withResolvers<Answer>());
      const give = await ready.promise;
      ready = listenedTo(Promise.withResolvers());
      over = Promise.withResolvers();
      answering = current;
      body = why = undefined;
      atWorkFor = event;
      began = performance.now();
      freeze(child, false);
      wall = setTimeout(() => {
        fail(
          new FunctionError(
            "Sandbox.Timedout",
            `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
          ),
        );
        child.kill("SIGKILL");
      }, timeoutMs);
      give({ id: randomUUID(), body: JSON.stringify(event), deadlineMs: Date.now() + timeoutMs });
      return await current.promise;
    },
    idle: () => over.promise,
    get isAlive() {
      return !isDiscarded && child.exitCode === null && child.signalCode === null;
    },
    get event() {
      return atWorkFor;
    },
    async discard() {
      isDiscarded = true;
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** It may be rejected while nobody is waiting for it. */
function listenedTo<Value>(promised: PromiseWithResolvers<Value>): PromiseWithResolvers<Value> {
  promised.promise.catch(() => undefined);
  return promised;
}

function start(
  { taskRoot, handler, variables, bootstrap, onOutput }: EnvironmentOptions,
  address: string,
): ChildProcess {
  const [command, ...args] = bootstrap ?? [process.execPath, "--disable-warning=ExperimentalWarning", client];
  const child = spawn(command, [...args, handler], {
    cwd: taskRoot,
    env: {
      PATH: process.env.PATH ?? "",
      AWS_LAMBDA_RUNTIME_API: address,
      AWS_LAMBDA_FUNCTION_NAME: handler.split(".")[0] ?? handler,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      AWS_LAMBDA_LOG_GROUP_NAME: "local",
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
      AWS_REGION: "us-east-1",
      _HANDLER: handler,
      LAMBDA_TASK_ROOT: taskRoot,
      ...variables,
    },
    stdio:
      onOutput === undefined
        ? ["ignore", variables.EMULATOR_LOG === "none" ? "ignore" : "inherit", "inherit"]
        : ["ignore", "pipe", "pipe"],
  });
  for (const output of [child.stdout, child.stderr]) if (output !== null) onOutput?.(output);
  endWithUs(child);
  return child;
}

/** A frozen process does not notice that we die: a small shell does, by our end of a pipe. */
function endWithUs(child: ChildProcess): void {
  if (!canFreeze || child.pid === undefined) return;
  const watch = spawn("sh", ["-c", 'read -r _; kill -9 "$1"', "sh", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Its number may be another's by then.
  child.once("exit", () => watch.kill("SIGKILL"));
  watch.unref();
}

function freeze(child: ChildProcess, frozen: boolean): void {
  if (canFreeze) child.kill(frozen ? "SIGSTOP" : "SIGCONT");
}
