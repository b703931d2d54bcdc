import { afterAll, afterEach } from "vitest";
import { searchFetch } from "./search-fetch.ts";
import { endWatched, newLeaks } from "./watched.ts";

// vitest's set-up of every file of tests: what servers of ours in other processes answer and say is searched, and a leak
// fails the test, or the file where it is found after the last one (`reliability-spec.md` 8.6).

searchFetch();
afterEach(() => stopAt(newLeaks()));
// It is registered first, and so runs after whatever the file closes.
afterAll(async () => stopAt(await endWatched()));

function stopAt(leaks: readonly string[]): void {
  if (leaks.length > 0) throw new Error(`what nobody may read got out:\n${leaks.join("\n")}`);
}
