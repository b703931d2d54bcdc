import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { expect, inject, it } from "vitest";
import { makeSnapshots } from "../testing/snapshot/snapshots.ts";

it("finds the schema and the examples' outputs up to date", { timeout: 30_000 }, async () => {
  for (const { path, content } of await makeSnapshots(inject("postgresUrl"))) {
    const found = (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
    expect(found, `${basename(path)} is out of date: run \`pnpm snapshot\` and review the difference`).toBe(
      content,
    );
  }
});
