import { expect, it } from "vitest";
import { type ErrorCode, errorCodes } from "../../../contract/error-codes.ts";
import { hostCases } from "./index.ts";

const all = hostCases.flatMap(({ cases }) => cases);

/** Codes that no answer to one of these requests can have, and where they are produced. */
const elsewhere: Partial<Record<ErrorCode, string>> = {
  // The admin's routes.
  forbidden: "http/admin.test.ts",
  invalid_amount: "credits",
  capture_exceeds_hold: "credits",
  refund_exceeds_capture: "credits",
  hold_already_settled: "credits",
  // They need a clock, a lock, a hook, a full queue or something that is broken.
  request_timeout: "adapter-express/src/slow-requests.test.ts",
  unavailable: "http/stopping.test.ts",
  idempotency_in_progress: "http/idempotency.test.ts",
  rate_limited: "limits",
  queue_full: "generations",
  price_changed: "generations",
  content_rejected: "in the body of a status: a failed generation is answered with 200",
  internal_error: "http/error-response.test.ts",
  // What a sign-in says, where one is behind the BFF.
  email_not_confirmed: "supabase/sign-in.test.ts",
  captcha_failed: "supabase/sign-in.test.ts",
  // Where nothing is kept.
  asset_expired: "generations/temporary-urls.test.ts",
  // How a generation ends: in the body of its status.
  download_failed: "generations",
  provider_failed: "generations",
  provider_unavailable: "generations",
  provider_timeout: "generations",
  timeout: "generations",
  upload_failed: "generations",
  output_unavailable: "generations",
  submission_unknown: "generations",
  attempts_exhausted: "generations",
  cancelled: "generations",
};

it("every code that such a request can be refused with is asked for", () => {
  const asked = new Set(all.map(({ code }) => code));
  const missing = (Object.keys(errorCodes) as ErrorCode[]).filter((code) => !asked.has(code));
  expect(missing.filter((code) => elsewhere[code] === undefined)).toEqual([]);
});

it("there are 300 of them and more, each with a name of its own, so that a failure says which", () => {
  expect(all.length).toBeGreaterThanOrEqual(300);
  for (const { cases } of hostCases) {
    const names = cases.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  }
});

it("every refusal names its code, but for those whose body nobody gets", () => {
  const silent = all.filter(
    ({ status, code, request }) => status >= 400 && code === undefined && request.method !== "HEAD",
  );
  expect(silent.filter(({ status }) => status !== 416).map(({ name }) => name)).toEqual([]);
});
