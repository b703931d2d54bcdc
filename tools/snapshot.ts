// `pnpm snapshot` writes packages/core/sql/schema.snapshot.sql, the outputs beside packages/core/sql/examples and the
// checksums of versions that are not released yet in packages/core/sql/releases, from the migrations alone;
// `pnpm snapshot --check` says which of them are out of date.
import { readFile, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { startPostgres } from "../packages/core/src/testing/embedded/postgres-server.ts";
import { makeSnapshots } from "../packages/core/src/testing/snapshot/snapshots.ts";

const check = process.argv.includes("--check");
const server = await startPostgres();
try {
  for (const { path, content } of await makeSnapshots(server.url)) {
    const found = await readFile(path, "utf8").catch(() => "");
    if (found.replaceAll("\r\n", "\n") === content) continue;
    if (check) process.exitCode = 1;
    else await writeFile(path, content);
    console.log(
      `${relative(process.cwd(), path)} ${check ? "is out of date: run `pnpm snapshot`" : "written"}`,
    );
  }
} finally {
  await server.stop();
}
