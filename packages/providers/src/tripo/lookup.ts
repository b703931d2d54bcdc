import type { JobReference, LookupResult, LostSubmission } from "@genbff/core";
import type { Comparison } from "../shared/compare-json.ts";
import type { Http, HttpCall } from "../shared/http.ts";
import { vendorNow } from "../shared/retry-after.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callTripo } from "./call.ts";
import { compareInput } from "./compare-input.ts";
import { type ReadTasks, readTasks } from "./read-tasks.ts";
import { referenceOf } from "./reference.ts";
import { mayBeMadeBy } from "./task-types.ts";
import { readStored, type TripoRequest } from "./to-request.ts";
import { readMoment, readUsageRows, type TripoUsageRow } from "./wire.ts";

const pageRows = 200;
const pagesMax = 10;
/** Tasks of the wanted type that one search reads at most. */
const readsMax = 300;
/** How far the database's clock and the vendor's may be apart. */
const clockSlackMs = 120_000;
/** A task that was just made may be listed before it can be read. */
const freshMs = 60_000;

/** Everything a search needs. */
export interface Search {
  readonly http: Http;
  readonly signal: AbortSignal;
  /** How long after the intent an empty list proves something. */
  readonly settleMs: number;
}

interface Listed {
  readonly rows: readonly TripoUsageRow[];
  readonly complete: boolean;
  /** What is older was not made by the lost request, by the vendor's clock. */
  readonly since: number;
  readonly headers: Headers;
}

/**
 * Looks for the task of a submission whose answer got lost.
 *
 * There is no idempotency key and no list of tasks, but the account's usage names every task. Those of our type
 * since the intent are read, a hundred at a time, and their recorded input is compared with what we sent. A task that
 * cannot be read or compared is never adopted, and keeps an empty result from being conclusive.
 *
 * @throws ProviderError `provider_unavailable` - outcome `not_sent`: the search may be repeated.
 */
export async function lookup(lost: LostSubmission, search: Search): Promise<LookupResult> {
  const request = readStored(lost.request);
  const listed = await listUsage(search, lost.intentAt);
  const { since } = listed;
  // A task that is made while pages are turned moves a row to the next page: it is seen twice.
  const rows = [...new Map(listed.rows.map((row) => [row.task_id, row])).values()];
  const matching = rows.filter((row) => mayBeMadeBy(row.type, request.path) && !(createdAt(row) < since));
  // A busy shop makes more in a minute than one search may read: ours was made when its request left.
  const nearest = matching
    .toSorted((a, b) => Math.abs(createdAt(a) - lost.intentAt) - Math.abs(createdAt(b) - lost.intentAt))
    .slice(0, readsMax);

  const now = Math.min(Date.now(), vendorNow(listed.headers, Date.now()));
  const candidates: JobReference[] = [];
  let compared = listed.complete && matching.length <= readsMax;
  const found = await readTasks(
    search.http,
    nearest.map((row) => row.task_id),
    search.signal,
  );
  for (const row of nearest.toSorted((a, b) => createdAt(a) - createdAt(b))) {
    const verdict = compareTask(row, request, found, now);
    if (verdict === "equal") candidates.push(referenceOf(row.task_id, request));
    if (verdict === "unclear") compared = false;
  }
  return { candidates, conclusive: compared && now - lost.intentAt >= search.settleMs };
}

/**
 * Pages through the usage until it is older than the intent. No document says that the newest come first, nor that a page
 * is as long as we ask for: only an empty page, or an old one of a list that gets older, is the end. A search that
 * ended too early would prove that nothing was bought, and it would be bought again.
 */
async function listUsage(search: Search, intentAt: number): Promise<Listed> {
  const rows: TripoUsageRow[] = [];
  let since = intentAt - clockSlackMs;
  for (let page = 1; ; page++) {
    const path = `account/usage?limit=${pageRows}&offset=${rows.length}`;
    const answer = await callTripo(search.http, read(path, search.signal));
    if (!answer.ok) throw answer.error;
    const { data, headers } = answer;
    const found = readUsageRows(data);
    if (!found) throw brokenCall({ vendor: "tripo", purpose: "read", why: "the usage cannot be read" });
    // A vendor whose clock is slow dates our task before our intent.
    since = Math.min(since, intentAt - clockSlackMs + vendorNow(headers, Date.now()) - Date.now());
    rows.push(...found);
    if (found.length === 0 || isPassed(rows, found, since)) return { rows, complete: true, since, headers };
    if (page === pagesMax) return { rows, complete: false, since, headers };
  }
}

/** Whether a page is older than what is looked for, in a list that gets older. */
function isPassed(rows: readonly TripoUsageRow[], page: readonly TripoUsageRow[], since: number): boolean {
  const [first, last] = [rows.at(0), rows.at(-1)];
  const getsOlder = first !== undefined && last !== undefined && createdAt(first) > createdAt(last);
  return getsOlder && page.every((row) => createdAt(row) < since);
}

function compareTask(row: TripoUsageRow, request: TripoRequest, found: ReadTasks, now: number): Comparison {
  // Tasks of the account's other keys are listed, but cannot be read: they are not ours.
  if (found.missed.has(row.task_id)) return now - createdAt(row) > freshMs ? "different" : "unclear";
  const task = found.tasks.get(row.task_id);
  return task === undefined ? "unclear" : compareInput(request.body, task.input);
}

/** A row without a readable time counts as new: it is read rather than passed over. */
function createdAt(row: TripoUsageRow): number {
  return readMoment(row.created_at) ?? Number.POSITIVE_INFINITY;
}

function read(path: string, signal: AbortSignal): HttpCall {
  return { purpose: "read", method: "GET", path, signal };
}
