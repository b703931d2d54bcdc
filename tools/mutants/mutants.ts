/** One deliberate defect, and the test that must notice it. */
export interface Mutant {
  /** What is broken, as somebody would say it in a review. */
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  /** The text that is replaced; must be there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** vitest project and file. */
  readonly test: readonly [project: string, file: string];
}

const ledgerSql = "packages/core/sql/migrations/0001_ledger.sql";
const statesSql = "packages/core/sql/migrations/0002_generations.sql";
const lifeSql = "packages/core/sql/migrations/0003_lifecycle.sql";
const providersSql = "packages/core/sql/migrations/0007_providers.sql";
const generations = "packages/core/src/generations";
const ledger = ["core", "packages/core/src/credits/ledger.test.ts"] as const;
const lifecycle = ["core", `${generations}/lifecycle.test.ts`] as const;
const recovery = ["core", `${generations}/recover.test.ts`] as const;
const crash = ["makeit3d", "examples/makeit3d/tests/crash-matrix.test.ts"] as const;
const faults = ["makeit3d", "examples/makeit3d/tests/faults.test.ts"] as const;
const guard = ["core", "packages/core/src/assets/guarded-fetch.test.ts"] as const;
const inspect = ["core", "packages/core/src/assets/inspect.test.ts"] as const;
const store = ["core", "packages/core/src/storage/files.test.ts"] as const;
const providers = ["providers", "packages/providers/src/conformance.test.ts"] as const;

/**
 * Defects that somebody could put in by mistake: a lock removed, a fence not compared, an index dropped. Every one must
 * be caught by a test; one that survives is a promise that nobody keeps.
 */
export const mutants: readonly Mutant[] = [
  // Money
  {
    name: "the wallet is read without its lock",
    file: ledgerSql,
    find: "select * into v_wallet from public.user_credits where user_id = p_wallet_id for update;",
    replace: "select * into v_wallet from public.user_credits where user_id = p_wallet_id;",
    test: ledger,
  },
  {
    name: "a hold is not compared with what is available",
    file: ledgerSql,
    find: "  if v_available < p_amount then\n    perform genbff.refuse(402, 'insufficient_credits',\n      jsonb_build_object('required', p_amount, 'available', v_available));",
    replace:
      "  if false then\n    perform genbff.refuse(402, 'insufficient_credits',\n      jsonb_build_object('required', p_amount, 'available', v_available));",
    test: ledger,
  },
  {
    name: "a hold's key is not looked up",
    file: ledgerSql,
    find: "  select * into v_hold from genbff.holds where wallet_id = p_wallet_id and idempotency_key = p_key;",
    replace: "  select * into v_hold from genbff.holds where false;",
    test: ledger,
  },
  {
    name: "a settled hold is settled again",
    file: ledgerSql,
    find: "  if v_hold.state <> 'open' then\n    if v_hold.state <> p_outcome",
    replace: "  if false then\n    if v_hold.state <> p_outcome",
    test: ledger,
  },
  {
    name: "a release says nothing to the lots",
    file: ledgerSql,
    find: "set remaining = remaining - v_take, held = held - v_part.amount",
    replace: "set remaining = remaining - v_take",
    test: ledger,
  },
  {
    name: "more may be captured than was held",
    file: ledgerSql,
    find: "  if p_capture > v_hold.amount then",
    replace: "  if false then",
    test: ledger,
  },
  {
    name: "a fraction of a credit is rounded",
    file: ledgerSql,
    find: "or p_amount <> trunc(p_amount)",
    replace: "or false",
    test: ledger,
  },
  {
    name: "an entry can be changed",
    file: ledgerSql,
    find: "create trigger transactions_append_only before update or delete on genbff.transactions",
    replace: "create trigger transactions_append_only before delete on genbff.transactions",
    test: ledger,
  },
  {
    name: "all entries can be truncated",
    file: ledgerSql,
    find: "create trigger transactions_never_truncated before truncate on genbff.transactions\n  for each statement execute function genbff.refuse_change();",
    replace: "",
    test: ledger,
  },

  // Start
  {
    name: "a user may open any number",
    file: lifeSql,
    find: "     >= (p_limits ->> 'open_generations_per_user')::int then",
    replace: "     < 0 then",
    test: lifecycle,
  },
  {
    name: "the queue has no end",
    file: lifeSql,
    find: "limit (p_limits ->> 'queue_depth')::int) waiting) >= (p_limits ->> 'queue_depth')::int then",
    replace: "limit (p_limits ->> 'queue_depth')::int) waiting) < 0 then",
    test: lifecycle,
  },
  {
    name: "another user's task is taken over",
    file: lifeSql,
    find: "  if v_task.user_id <> p_user_id then",
    replace: "  if false then",
    test: ["core", "packages/core/src/http/handle-request.test.ts"],
  },
  {
    name: "an old price is charged",
    file: lifeSql,
    find: "  if v_cost.version is distinct from (p_price ->> 'version')::int then",
    replace: "  if false then",
    test: lifecycle,
  },
  {
    name: "a quote holds for anything",
    file: lifeSql,
    find: "or v_quote.price -> 'basis' is distinct from p_price -> 'basis'",
    replace: "or false",
    test: faults,
  },
  {
    name: "the idempotency key is not looked up under the lock",
    file: lifeSql,
    find: "     where user_id = p_user_id and key = p_idempotency_key and expires_at > v_now;",
    replace: "     where false;",
    test: faults,
  },
  {
    name: "a reused key answers for another body",
    file: lifeSql,
    find: "  if v_known.digest <> p_digest then\n    perform genbff.refuse(422, 'idempotency_key_reused');\n  end if;\n  return v_known.response",
    replace: "  return v_known.response",
    test: faults,
  },

  // Leases and attempts
  {
    name: "a lease that is held is taken",
    file: lifeSql,
    find: "  elsif v_generation.lease_expires_at > v_now then",
    replace: "  elsif false then",
    test: lifecycle,
  },
  {
    name: "the epoch is not compared",
    file: lifeSql,
    find: "   where id = p_generation_id and lease_epoch = p_epoch and status = 'processing' and lease_expires_at is not null\n     for update",
    replace:
      "   where id = p_generation_id and status = 'processing' and lease_expires_at is not null\n     for update",
    test: lifecycle,
  },
  {
    name: "a worker without the lease may finish",
    file: lifeSql,
    find: "  if v_generation.id is null or v_generation.lease_epoch <> p_epoch or v_generation.status <> 'processing'\n     or v_generation.lease_expires_at is null then\n    return null;\n  end if;\n  update public.assets a",
    replace:
      "  if v_generation.id is null or v_generation.status <> 'processing'\n     or v_generation.lease_expires_at is null then\n    return null;\n  end if;\n  update public.assets a",
    test: lifecycle,
  },
  {
    name: "an attempt can be sent twice",
    file: lifeSql,
    find: "and attempt = v_generation.attempt and intent_at is null and outcome is null;",
    replace: "and attempt = v_generation.attempt;",
    test: lifecycle,
  },
  {
    name: "a cancelled generation is sent all the same",
    file: lifeSql,
    find: "  if v_generation.cancel_requested or v_generation.deadline_at <= v_now then",
    replace: "  if v_generation.deadline_at <= v_now then",
    test: lifecycle,
  },
  {
    name: "a crash before the intent costs nothing",
    file: lifeSql,
    find: "  if v_crashed and not v_exhausted then",
    replace: "  if false then",
    test: lifecycle,
  },
  {
    name: "two generations hold one job of a provider",
    file: statesSql,
    find: "create unique index attempts_job on",
    replace: "create index attempts_job on",
    test: lifecycle,
  },
  {
    name: "what has ended can change",
    file: statesSql,
    find: "  if old.completed_at is not null\n     and (to_jsonb(new)",
    replace: "  if false\n     and (to_jsonb(new)",
    test: lifecycle,
  },
  {
    name: "any transition is allowed",
    file: statesSql,
    find: "  if new.status <> old.status\n     and not exists",
    replace: "  if false\n     and not exists",
    test: lifecycle,
  },
  {
    name: "a lost sale leaves no orphan",
    file: lifeSql,
    find: "  if v_attempt.intent_at is not null and v_attempt.outcome not in ('refused', 'failed') then",
    replace: "  if false then",
    test: lifecycle,
  },
  {
    name: "all of n is charged when k came",
    file: lifeSql,
    find: "    then (v_generation.price ->> 'unit')::bigint * v_delivered else v_generation.price_credits end;",
    replace: "    then v_generation.price_credits else v_generation.price_credits end;",
    test: lifecycle,
  },
  {
    name: "files of two generations share a name",
    file: lifeSql,
    find: "else image_count end - v_outputs into v_first_file;",
    replace: "else image_count end - 1 into v_first_file;",
    test: lifecycle,
  },

  // The worker
  {
    name: "an intent without an answer is sent again",
    file: `${generations}/steps/submit.ts`,
    find: "  if (order.attempt_row.intent_at !== null)",
    replace: "  if (order.attempt_row.intent_at === undefined)",
    test: crash,
  },
  {
    name: "an unknown answer is taken for a refusal",
    file: `${generations}/steps/submit-failure.ts`,
    find: "      return unknown({ error: errorForTheBooks(error), ...healthOf(error) });",
    replace: "      return ended(error);",
    test: faults,
  },
  {
    name: "a lost sale is never looked up",
    file: `${generations}/steps/recover.ts`,
    find: "    if (provider.lookup !== undefined) return",
    replace: "    if (provider.lookup === null) return",
    test: crash,
  },
  {
    name: "a lost request is sent again after its key was forgotten",
    file: `${generations}/steps/recover.ts`,
    find: "return lifetimeMs !== undefined && Date.parse(order.now) < sentAt + lifetimeMs;",
    replace: "return lifetimeMs !== undefined && sentAt > 0;",
    test: recovery,
  },
  {
    name: "a lost submission does not wait for its webhook",
    file: `${generations}/steps/recover.ts`,
    find: "  if (mayBeTold && leftMs > 0)",
    replace: "  if (mayBeTold && leftMs > 9e9)",
    test: recovery,
  },
  {
    name: "a second purchase of an unknown one is not written down",
    file: lifeSql,
    find: "  if p_outcome = 'unknown' then\n    insert into genbff.orphans",
    replace: "  if p_outcome = 'never' then\n    insert into genbff.orphans",
    test: recovery,
  },
  {
    name: "a webhook is believed without its signature",
    file: `${generations}/receive-webhook.ts`,
    find: '  if (notice === undefined) throw new AppError("invalid_signature");',
    replace: "  if (notice === undefined) return;",
    test: ["core", "packages/core/src/http/webhooks.test.ts"],
  },
  {
    name: "the address of one provider's webhook is good for another's",
    file: `${generations}/webhook-url.ts`,
    find: "if (!Array.isArray(named) || named[0] !== provider) return undefined;",
    replace: "if (!Array.isArray(named)) return undefined;",
    test: ["core", "packages/core/src/http/webhooks.test.ts"],
  },
  {
    name: "a draft may be anybody's",
    file: providersSql,
    find: "   where g.user_id = p_user_id\n$$;",
    replace: "$$;",
    test: ["core", `${generations}/drafts.test.ts`],
  },
  {
    name: "an unfinished picture stays behind",
    file: `${generations}/previews.ts`,
    find: "  await context.storage.remove(objects);",
    replace: "  void objects;",
    test: ["core", `${generations}/while-it-works.test.ts`],
  },
  {
    name: "a provider's report comes after the commit of its answer",
    file: `${generations}/progress-reports.ts`,
    find: "      await sending;",
    replace: "      void sending;",
    test: ["core", `${generations}/progress-reports.test.ts`],
  },
  {
    name: "a revoked key fails what the provider has",
    file: `${generations}/steps/check.ts`,
    find: "    if (operator) await",
    replace: '    if (operator && order.id === "") await',
    test: ["core", `${generations}/operator-alert.test.ts`],
  },
  {
    name: "a drawing is shown where it could run",
    file: "packages/core/src/storage/key.ts",
    find: ' && contentType !== "image/svg+xml"',
    replace: "",
    test: store,
  },
  {
    name: "a package may hold a name that leaves its folder",
    file: "packages/core/src/assets/zip.ts",
    find: "|(?:^|\\/)\\.\\.(?:\\/|$)",
    replace: "",
    test: ["core", "packages/core/src/assets/inspect-shapes.test.ts"],
  },
  {
    name: "a dead link is not renewed",
    file: `${generations}/steps/fetch-outputs.ts`,
    find: "status >= 400 && status < 500 &&",
    replace: "status >= 600 &&",
    test: faults,
  },
  {
    name: "nothing of a broken answer is delivered",
    file: `${generations}/steps/store-streams.ts`,
    find: "    if (stored.length === 0) throw error;",
    replace: "    throw error;",
    test: faults,
  },
  {
    name: "a foreign copy stays behind",
    file: `${generations}/start.ts`,
    find: 'if (isAppError(error) && error.code !== "unavailable") await discardCopies',
    replace: "if (error === undefined) await discardCopies",
    test: faults,
  },

  // What comes from outside
  {
    name: "a redirect is not checked",
    file: "packages/core/src/assets/guarded-fetch.ts",
    find: "verdict = checkRedirect(location, target.url, policy);",
    replace:
      "verdict = { url: new URL(location, target.url), host: new URL(location, target.url).hostname, isAddress: true, trusted: true };",
    test: guard,
  },
  {
    name: "an address that a name points to is not checked",
    file: "packages/core/src/assets/resolve-host.ts",
    find: "!addresses.every(isGlobalAddress)",
    replace: "addresses.length === 0",
    test: guard,
  },
  {
    name: "a flipped bit in a picture is not noticed",
    file: "packages/core/src/assets/png.ts",
    find: "    sum = crc32(part, sum);",
    replace: "    crc32(part, sum);",
    test: inspect,
  },
  {
    name: "a signature is not compared",
    file: "packages/core/src/storage/signature.ts",
    find: "!timingSafeEqual(given, expected)",
    replace: "given === expected",
    test: store,
  },
  {
    name: "a busy vendor's 500 is taken for a refusal",
    file: "packages/providers/src/shared/outcome.ts",
    find: '  return purpose === "submit" ? "unknown" : "not_sent";',
    replace: '  return purpose === "submit" ? "refused" : "not_sent";',
    test: providers,
  },
];
