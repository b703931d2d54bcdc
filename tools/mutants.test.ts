import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { apply } from "./mutants/apply.ts";
import { mutants } from "./mutants/list/index.ts";
import { judge } from "./mutants/verdict.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("the seeded defects", () => {
  it("have a name each", () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    expect(mutants.length).toBeGreaterThanOrEqual(60);
  });

  // Whoever changes the code that a defect is put into changes the defect with it.
  it.each(mutants)("can be put in: $name", (mutant) => {
    const { before, after } = apply(root, mutant);
    expect(after).not.toBe(before);
    expect(existsSync(join(root, mutant.test.file)), mutant.test.file).toBe(true);
  });
});

describe("a verdict", () => {
  const run = { passed: ["a"], failed: [], around: "", stopped: false };
  const failing = (message: string) => ({ ...run, failed: [{ test: "b", message }] });
  it.each([
    ["SURVIVED", run],
    ["caught", failing("expected 1 to be 2")],
    ["time-out", failing("Test timed out in 5000ms.")],
    ["time-out", { ...run, stopped: true }],
    ["caught", { ...run, around: "expected [ {…} ] to deeply equal []" }],
    ["ERROR", { ...run, passed: [], around: "Cannot find module" }],
    ["ERROR", failing("Migration core/0001_ledger.sql:3 failed: syntax error")],
    ["ERROR", { ...run, passed: [] }],
  ] as const)("is %s of what was seen", (kind, seen) => {
    expect(judge(seen).kind).toBe(kind);
  });
});
