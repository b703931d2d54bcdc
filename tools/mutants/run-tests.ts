import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { literally } from "./apply.ts";
import type { Catcher } from "./mutant.ts";

/** What became of the tests of one run. */
export interface TestRun {
  /** Full names. */
  readonly passed: readonly string[];
  readonly failed: readonly { readonly test: string; readonly message: string }[];
  /** What failed outside of any test: a file that does not load, a database that is not made, an audit at the end. */
  readonly around: string;
  /** Stopped because it did not come to an end. */
  readonly stopped: boolean;
}

/** As far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Runs tests in the copy; with `bail`, up to the first that fails. */
export async function runTests(
  copy: string,
  { project, file, only }: Catcher,
  { bail, limitMs }: { bail: boolean; limitMs: number },
): Promise<TestRun> {
  const report = join(copy, ".cache", "report.json");
  rmSync(report, { force: true });
  const vitest = join(copy, "node_modules", "vitest", "vitest.mjs");
  const names = only === undefined ? [] : ["-t", literally(only)];
  const output = ["--reporter=json", `--outputFile=${report}`, ...(bail ? ["--bail=1"] : [])];
  const child = spawn(process.execPath, [vitest, "run", "--project", project, file, ...names, ...output], {
    cwd: copy,
    stdio: "ignore",
    env: { ...process.env, NO_COLOR: "1" },
  });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  child.once("exit", (_, signal) => resolve(signal === "SIGKILL"));
  const stopped = await promise;
  clearTimeout(timer);
  return stopped ? { passed: [], failed: [], around: "", stopped } : read(report);
}

function read(path: string): TestRun {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return { passed: [], failed: [], around: "vitest wrote no report", stopped: false };
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    passed: tests.filter(({ status }) => status === "passed").map(({ fullName }) => fullName),
    failed: tests
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => ({ test: fullName, message: failureMessages.join("\n") })),
    around: report.testResults
      .filter(({ status, message }) => status === "failed" && message !== "")
      .map(({ message }) => message)
      .join("\n"),
    stopped: false,
  };
}
