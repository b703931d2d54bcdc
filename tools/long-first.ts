import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The project with the most files, most of them short, comes last: they fill what is left while others end. Where none are
 * left, one long file keeps a single worker busy and the others have nothing to do.
 */
const last = "core";

/** Its files of ten seconds and more: vitest would begin them by their size, which says nothing of their time. */
const long = [
  "credits/ledger-model.test.ts",
  "credits/ledger-hot-wallet.test.ts",
  "generations/simulation.test.ts",
  "http/spoilt-requests.test.ts",
  "http/isolation.test.ts",
];

/** Vitest's own order but for these two. A project's files stay together, for they share their workers. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ project, moduleId }: TestSpecification) =>
      project.name !== last ? 0 : long.some((name) => moduleId.endsWith(name)) ? 1 : 2;
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
