import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockFolder } from "./folder-lock.ts";

let folder: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "genbff-lock-"));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A process that takes the lock, says whether it got it, and stays. */
function contender(then = "setInterval(() => {}, 1000)"): { child: ChildProcess; answer: Promise<string> } {
  const program = `
    import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
    await lockFolder(${JSON.stringify(folder)}).then(() => console.log("locked"), (e) => console.log(e.message));
    ${then};`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  return { child, answer: once(child.stdout, "data").then(([chunk]) => String(chunk).trim()) };
}

it("tells a second process which folder is in use and by whom", async () => {
  const first = contender();
  expect(await first.answer).toBe("locked");
  await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${first.child.pid},`);
});

it("is free again after a kill -9", { timeout: 20_000 }, async () => {
  const { child, answer } = contender();
  await answer;
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(readdirSync(folder)).toHaveLength(1);
  (await lockFolder(folder))();
  expect(readdirSync(folder)).toEqual([]);
});

it("is free again after an ordinary exit, and leaves no file", { timeout: 20_000 }, async () => {
  const { child } = contender("process.exit(0)");
  await once(child, "exit");
  expect(readdirSync(folder)).toEqual([]);
});

it.runIf(existsSync("/proc/self/stat"))(
  "does not take a new process for the dead one whose id it got",
  async () => {
    writeFileSync(join(folder, `lock.${process.pid}.1`), "");
    (await lockFolder(folder))();
    expect(readdirSync(folder)).toEqual([]);
  },
);

it("refuses the process that has it already", async () => {
  const unlock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toThrow("already open in this process");
  unlock();
  (await lockFolder(folder))();
});

it("lets exactly one of several in that come at the same time", async () => {
  const answers = await Promise.all(Array.from({ length: 4 }, () => contender().answer));
  expect(answers.filter((answer) => answer === "locked")).toHaveLength(1);
}, 30_000);
