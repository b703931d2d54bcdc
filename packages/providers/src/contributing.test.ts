import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { blocksOf } from "../../../tools/docs/blocks.ts";
import type { Fixture, VendorCases } from "./conformance/cases.ts";
import { describeProvider } from "./conformance/suite.ts";

// docs/contributing-a-provider.md, done as it says: its files become a folder, and the folder a vendor of the suite.

const source = dirname(fileURLToPath(import.meta.url));
/** Beside the sources and ignored by git: `@genbff/core` and zod resolve as they do for a vendor. */
const scratch = join(source, "../.cache/contributing");
const page = readFileSync(join(source, "../../../docs/contributing-a-provider.md"), "utf8");
const blocks = blocksOf(page);
const files = blocks.flatMap(({ file, text }) => (file === undefined ? [] : [{ file, text }]));

rmSync(scratch, { recursive: true, force: true });
mkdirSync(join(scratch, "acme/__fixtures__"), { recursive: true });
for (const { file, text } of files)
  writeFileSync(join(scratch, file), text.replaceAll(/"\.\.\/(shared|conformance)\//g, '"../../../src/$1/'));
const answers = JSON.parse(blocks.find(({ language }) => language === "json")?.text ?? "{}");
for (const [name, answer] of Object.entries<Fixture>(answers))
  writeFileSync(join(scratch, `acme/__fixtures__/${name}.json`), JSON.stringify(answer));
const { acmeCases } = (await import(/* @vite-ignore */ join(scratch, "acme/conformance-cases.ts"))) as {
  acmeCases: VendorCases;
};

describe("a vendor by the book", () => {
  describeProvider({ ...acmeCases, folder: "../.cache/contributing/acme" });

  it("takes a hundred lines at most besides its data", () => {
    const code = files.filter(({ file }) => !file.endsWith("-cases.ts"));
    // Every line but the empty ones and those that name the files.
    const lines = code.flatMap(({ text }) =>
      text
        .split("\n")
        .slice(1)
        .filter((line) => /\S/.test(line)),
    );
    expect(code).toHaveLength(5);
    expect(lines.length).toBeLessThanOrEqual(100);
  });
});
