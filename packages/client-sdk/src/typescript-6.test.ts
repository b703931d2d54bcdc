import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const packageFolder = new URL("../", import.meta.url);
const compiler = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", packageFolder));

test("keeps the type promises with TypeScript 6 too", { timeout: 120_000 }, async () => {
  const output = await new Promise<string>((resolve) => {
    const args = [compiler, "-p", "tsconfig.test.json", "--pretty", "false"];
    execFile(process.execPath, args, { cwd: fileURLToPath(packageFolder) }, (_, stdout) => resolve(stdout));
  });
  const broken = output.split("\n").filter((line) => line.startsWith("src/"));
  expect(broken).toEqual([]);
});
