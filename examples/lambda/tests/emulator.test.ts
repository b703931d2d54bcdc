import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type FunctionOptions, type LambdaFunction, lambdaFunction } from "../emulator/lambda-function.ts";

// What the other tests rely on: that a process is frozen after its answer, ended at its limit, and thrown away when told to.

let taskRoot: string;
beforeAll(async () => {
  taskRoot = await mkdtemp(join(tmpdir(), "genbff-emulator-"));
  await writeFile(
    join(taskRoot, "index.mjs"),
    `export async function handler({ please }) {
      if (please === "hang") await new Promise((resolve) => setTimeout(resolve, 3_600_000));
      if (please === "fail") throw new RangeError("as was asked");
      if (please === "exit") process.exit(3);
      return process.pid;
    }`,
  );
  await writeFile(join(taskRoot, "broken.mjs"), `throw new TypeError("there is a variable missing");`);
});
afterAll(() => rm(taskRoot, { recursive: true, force: true }));

function open(options: Partial<FunctionOptions> = {}): LambdaFunction {
  const opened = lambdaFunction({
    taskRoot,
    handler: "index.handler",
    variables: {},
    timeoutMs: 60_000,
    concurrency: 1,
    ...options,
  });
  onTestFinished(() => opened.close());
  return opened;
}
/** `T` is stopped; undefined where there is no such process. */
const stateOf = (pid: unknown) => {
  try {
    return execFileSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" }).trim()[0];
  } catch {
    return undefined;
  }
};
const how = ({ invocations }: LambdaFunction) => invocations.map((one) => one.how);

it("freezes a process after its answer, and thaws it for the next event", async () => {
  const opened = open();
  const pid = await opened.call({});
  await expect.poll(() => stateOf(pid), { timeout: 20_000 }).toBe("T");
  expect(await opened.call({})).toBe(pid);
  await expect.poll(() => stateOf(pid), { timeout: 20_000 }).toBe("T");
  expect(opened.invocations.map(({ cold }) => cold)).toEqual([true, false]);
});

it("ends what takes too long, with its process, and starts another for the next event", async () => {
  const opened = open({ timeoutMs: 500 });
  for (let times = 0; times < 2; times++)
    await expect(opened.call({ please: "hang" })).rejects.toThrow("Task timed out after 0.50 seconds");
  // It never asked for another event: it is over because it is dead.
  await expect.poll(() => how(opened)).toEqual(["Sandbox.Timedout", "Sandbox.Timedout"]);
  expect(opened.invocations.map(({ cold }) => cold)).toEqual([true, true]);
});

it("tells of a handler that fails and keeps its process, and of one whose process ends", async () => {
  const opened = open();
  const pid = await opened.call({});
  await expect(opened.call({ please: "fail" })).rejects.toMatchObject({
    errorType: "RangeError",
    message: "as was asked",
  });
  expect(await opened.call({})).toBe(pid);
  await expect(opened.call({ please: "exit" })).rejects.toMatchObject({ errorType: "Runtime.ExitError" });
  expect(await opened.call({})).not.toBe(pid);
});

it("tells why a function cannot be loaded", async () => {
  const broken = open({ handler: "broken.handler" });
  await expect(broken.call({})).rejects.toThrow("there is a variable missing");
});

it("throws frozen processes away when told to", async () => {
  const opened = open({ discards: () => true });
  const pids = [await opened.call({}), await opened.call({}), await opened.call({})];
  expect(new Set(pids).size).toBe(3);
  await expect.poll(() => opened.discarded).toBe(3);
  expect(pids.map(stateOf)).toEqual([undefined, undefined, undefined]);
});
