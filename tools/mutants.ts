import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { apply } from "./mutants/apply.ts";
import { copyTree } from "./mutants/copy.ts";
import { mutants } from "./mutants/list/index.ts";
import type { Catcher, Mutant } from "./mutants/mutant.ts";
import { openTests, type TestRun, type Tests } from "./mutants/run-tests.ts";
import { judge, type Verdict } from "./mutants/verdict.ts";

// `pnpm mutants [--only words]… [--list]`: puts each defect of the list into a copy of the sources, runs the test that
// must notice it, and prints caught / total. The copy without any defect must pass first.

/** Whatever takes longer than this with a defect, and did not without, is stopped. */
const patienceMs = 120_000;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [""] },
    list: { type: "boolean", default: false },
  },
});
const chosen = mutants.filter(({ name, test }) =>
  values.only.some((words) => name.includes(words) || test.file.includes(words)),
);
if (values.list)
  for (const { name, why, test } of chosen) console.log(`${name}\n    ${why}\n    ${test.file}`);
else process.exitCode = (await runAll()) ? 0 : 1;

async function runAll(): Promise<boolean> {
  const copy = join(fileURLToPath(new URL("..", import.meta.url)), ".cache", "mutants");
  copyTree(fileURLToPath(new URL("..", import.meta.url)), copy);
  const tests = await openTests(copy);
  const sound = await baseline(tests);
  const verdicts: Verdict[] = [];
  for (const [index, mutant] of chosen.entries()) {
    const from = performance.now();
    const verdict = await tryOne(copy, tests, mutant, sound);
    verdicts.push(verdict);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    console.log(`${index + 1}/${chosen.length} ${verdict.kind.padEnd(8)} ${mutant.name} (${seconds} s)`);
    console.log(`    ${verdict.because}`);
  }
  await tests.close();
  const caught = verdicts.filter(({ kind }) => kind === "caught" || kind === "time-out").length;
  for (const kind of ["time-out", "SURVIVED", "ERROR"] as const)
    for (const [index, verdict] of verdicts.entries())
      if (verdict.kind === kind) console.log(`${kind}: ${chosen[index]?.name}: ${verdict.because}`);
  console.log(`caught ${caught} / ${chosen.length}`);
  return caught === chosen.length && chosen.length > 0;
}

/** What the tests come to that are named, without any defect: each file once. */
async function baseline(tests: Tests): Promise<ReadonlyMap<string, TestRun>> {
  const sound = new Map<string, TestRun>();
  for (const [file, catchers] of Map.groupBy(
    chosen.map(({ test }) => test),
    ({ file }) => file,
  )) {
    const from = performance.now();
    const names = catchers.flatMap(({ only }) => only ?? []);
    const place = {
      project: catchers[0]?.project ?? "",
      file,
      names: names.length < catchers.length ? [] : names,
    };
    const run = await tests.run(place, { bail: false, limitMs: 600_000 });
    sound.set(file, run);
    const trouble = [...run.failed.map(({ test }) => test), run.around].filter((text) => text !== "");
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    console.log(`without a defect: ${file}: ${run.passed.length} pass in ${seconds} s`);
    for (const text of trouble) console.log(`    but not: ${text}`);
  }
  return sound;
}

/** Why a test proves nothing: it does not pass without the defect either. */
function unsound({ file, only = "" }: Catcher, run: TestRun | undefined): string | undefined {
  const named = (name: string) => name.includes(only);
  if (run === undefined || run.around !== "" || run.failed.some(({ test }) => named(test)))
    return `${file} fails without it`;
  return run.passed.some(named) ? undefined : `no test of ${file} has this name`;
}

async function tryOne(
  copy: string,
  tests: Tests,
  mutant: Mutant,
  sound: ReadonlyMap<string, TestRun>,
): Promise<Verdict> {
  const { project, file, only } = mutant.test;
  const trouble = unsound(mutant.test, sound.get(file));
  if (trouble !== undefined) return { kind: "ERROR", because: trouble };
  let applied: ReturnType<typeof apply>;
  try {
    applied = apply(copy, mutant);
  } catch (error) {
    return { kind: "ERROR", because: (error as Error).message };
  }
  const write = (text: string) => {
    writeFileSync(applied.path, text);
    tests.changed(applied.path);
  };
  write(applied.after);
  try {
    const names = only === undefined ? [] : [only];
    return judge(await tests.run({ project, file, names }, { bail: true, limitMs: patienceMs }));
  } finally {
    write(applied.before);
  }
}
