import type { Reporter, TestModule } from "vitest/node";

/** Prints one plain closing line, e.g. `123 passed, 0 failed, 2 skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const n = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const m of modules) {
      n.failed += m.errors().length; // a file that failed to load has no tests to count
      for (const t of m.children.allTests()) n[t.result().state]++;
    }
    process.once("exit", (code) => {
      if (code !== 0 && n.failed === 0) n.failed = 1; // a set-up that failed before any test ran
      console.log(`${n.passed} passed, ${n.failed} failed, ${n.skipped + n.pending} skipped`);
    });
  }
}
