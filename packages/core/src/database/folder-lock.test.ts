import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeProgram, type Program, startProgram } from "../testing/start-program.ts";
import { lockFolder } from "./folder-lock.ts";

let folder: string;
const started: Program[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "genbff-lock-"));
});
afterEach(() => {
  for (const { signal } of started.splice(0)) signal("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** A process that takes the lock, says whether it got it, and stays. */
function contender(then = "setInterval(() => {}, 1000)"): Program {
  const program = `
    import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
    await lockFolder(${JSON.stringify(folder)}).then(() => console.log("locked"), (e) => console.log(e.message));
    ${then};`;
  const other = startProgram(nodeProgram("--input-type=module", "--eval", program));
  started.push(other);
  return other;
}
/** A line. */
const answer = /^(.*)\n/;

it("tells a second process which folder is in use and by whom", async () => {
  const first = contender();
  expect(await first.says(answer)).toBe("locked");
  await expect(lockFolder(folder)).rejects.toThrow(`${folder} is in use by process ${first.pid},`);
});

it("is free again after a kill -9", { timeout: 20_000 }, async () => {
  const { says, signal, ended } = contender();
  await says(answer);
  signal("SIGKILL");
  await ended;
  expect(readdirSync(folder)).toHaveLength(1);
  (await lockFolder(folder))();
  expect(readdirSync(folder)).toEqual([]);
});

it("is free again after an ordinary exit, and leaves no file", { timeout: 20_000 }, async () => {
  await contender("process.exit(0)").ended;
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
  const answers = await Promise.all(Array.from({ length: 4 }, () => contender().says(answer)));
  expect(answers.filter((answer) => answer === "locked")).toHaveLength(1);
}, 30_000);
