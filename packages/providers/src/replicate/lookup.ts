import type { JobReference, JsonObject, LookupResult, LostSubmission } from "@genbff/core";
import { type Comparison, compareJson } from "../shared/compare-json.ts";
import type { Http } from "../shared/http.ts";
import { vendorNow } from "../shared/retry-after.ts";
import { brokenCall } from "../shared/transport-error.ts";
import { callReplicate } from "./call.ts";
import type { ReplicateModel } from "./model.ts";
import { readStored } from "./prepare.ts";
import { referenceOf } from "./reference.ts";
import { type PredictionRow, pageSchema, predictionSchema } from "./wire.ts";

const pagesMax = 10;
/** Predictions that one search reads at most. */
const readsMax = 60;
/** How far the database's clock and the vendor's may be apart. */
const clockSlackMs = 120_000;

/** Everything a search needs. */
export interface Search {
  readonly http: Http;
  readonly baseUrl: string;
  readonly model: ReplicateModel;
  readonly signal: AbortSignal;
  /** How long after the intent an empty list proves something. */
  readonly settleMs: number;
}

interface Listed {
  readonly rows: readonly PredictionRow[];
  readonly complete: boolean;
  /** What is older was not made by the lost request, by the vendor's clock. */
  readonly since: number;
  readonly now: number;
}

/**
 * Looks for the prediction of a submission whose answer got lost.
 *
 * There is no idempotency key, but the account's predictions are listed. Those of our model since the intent are
 * read, and their input is compared with what we sent. Inputs are deleted after an hour: a prediction that cannot be
 * compared is never adopted, and keeps an empty result from being conclusive.
 *
 * @throws ProviderError `provider_unavailable` - outcome `not_sent`: the search may be repeated.
 */
export async function lookup(lost: LostSubmission, search: Search): Promise<LookupResult> {
  const { operation, input } = readStored(lost.request);
  const listed = await list(search, lost.intentAt);
  const ours = listed.rows.filter(
    (row) =>
      isOfModel(row, search.model) &&
      !(createdAt(row) < listed.since) &&
      // Where the list tells inputs, most rows are surely others' and need no reading.
      compareJson(input, row.input) !== "different",
  );
  // A busy shop makes more in a minute than one search may read: ours was made when its request left.
  const distance = (row: PredictionRow) => Math.abs(createdAt(row) - lost.intentAt);
  const nearest = ours.toSorted((one, other) => distance(one) - distance(other)).slice(0, readsMax);

  const candidates: JobReference[] = [];
  let compared = listed.complete && ours.length <= readsMax;
  for (const row of nearest.toSorted((one, other) => createdAt(one) - createdAt(other))) {
    const verdict = await compare(row, input, search);
    if (verdict === "equal") candidates.push(referenceOf(row.id, operation));
    if (verdict === "unclear") compared = false;
  }
  return { candidates, conclusive: compared && listed.now - lost.intentAt >= search.settleMs };
}

/** Pages through the list, newest first, until it is older than the intent. */
async function list(search: Search, intentAt: number): Promise<Listed> {
  const rows: PredictionRow[] = [];
  let since = intentAt - clockSlackMs;
  let path = "predictions";
  for (let page = 1; ; page++) {
    const answer = await read(search, path);
    if (!answer.ok) throw answer.error;
    const found = pageSchema.safeParse(answer.body);
    if (!found.success) {
      throw brokenCall({ vendor: "replicate", purpose: "read", why: "the predictions cannot be listed" });
    }
    rows.push(...found.data.results);
    const vendors = vendorNow(answer.headers, Date.now());
    const now = Math.min(Date.now(), vendors);
    // A vendor whose clock is slow dates our prediction before our intent.
    since = Math.min(since, intentAt - clockSlackMs + vendors - Date.now());
    const passed = found.data.results.some((row) => createdAt(row) < since);
    if (passed || found.data.next == null) return { rows, complete: true, since, now };
    const next = pathBelow(found.data.next, search.baseUrl);
    if (page === pagesMax || next === undefined) return { rows, complete: false, since, now };
    path = next;
  }
}

/** The path of the next page, if it is on the vendor's own origin: our token goes along. */
function pathBelow(url: string, baseUrl: string): string | undefined {
  const base = new URL(`${baseUrl}/`);
  if (!URL.canParse(url, base.href)) return undefined;
  const { origin, pathname, search } = new URL(url, base.href);
  if (origin !== base.origin || !pathname.startsWith(base.pathname)) return undefined;
  return `${pathname.slice(base.pathname.length)}${search}`;
}

async function compare(row: PredictionRow, sent: JsonObject, search: Search): Promise<Comparison> {
  const answer = await read(search, `predictions/${encodeURIComponent(row.id)}`);
  if (!answer.ok && answer.status !== 404) throw answer.error;
  const prediction = answer.ok ? predictionSchema.safeParse(answer.body).data : undefined;
  const { input, data_removed: removed } = prediction ?? {};
  return input === undefined || removed === true ? "unclear" : compareJson(sent, input);
}

/** What a row does not say counts as ours: it is read rather than passed over. */
function isOfModel({ model, version }: PredictionRow, wanted: ReplicateModel): boolean {
  if (wanted.body.version !== undefined && version) return version === wanted.body.version;
  return wanted.name === undefined || !model || model.toLowerCase() === wanted.name.toLowerCase();
}

function createdAt({ created_at }: PredictionRow): number {
  const moment = Date.parse(created_at ?? "");
  return Number.isFinite(moment) ? moment : Number.POSITIVE_INFINITY;
}

function read({ http, signal }: Search, path: string) {
  return callReplicate(http, { purpose: "read", method: "GET", path, signal });
}
