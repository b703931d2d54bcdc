import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { callWithRetries } from "../database/call-with-retries.ts";
import { isRepeatable, sqlStateOf } from "../database/sql-error.ts";
import { isAppError } from "../errors/app-error.ts";
import { failureOf, type RpcAnswer } from "./database-failure.ts";

// What supabase-js 2.119 makes of an answer, and what we make of that. The bodies are those of PostgREST's page on errors.

const answer = (status: number, error: RpcAnswer["error"], data: unknown = null): RpcAnswer => ({
  status,
  error,
  data,
});
/** What the caller of the database gets. */
async function outcome(given: RpcAnswer): Promise<Error> {
  const failure = failureOf("genbff_start", given);
  if (failure === undefined) throw new Error("this is no failure");
  return callWithRetries("genbff_start", () => Promise.reject(failure)).then(
    () => new Error("it did not fail"),
    (error: Error) => error,
  );
}

it("takes null for an answer, and nothing at all for none", () => {
  expect(failureOf("genbff_start", answer(200, null))).toBeUndefined();
  // An empty 404 of a proxy looks the same to supabase-js as a function without a result.
  expect(isAppError(failureOf("genbff_start", answer(204, null)), "unavailable")).toBe(true);
});

describe("an error of Postgres", () => {
  it("is the refusal that its SQLSTATE says, whatever the status", async () => {
    const body = { code: "PT503", message: "unavailable", details: '{"retry_after_s":3}', hint: null };
    expect(await outcome(answer(503, body))).toMatchObject({
      code: "unavailable",
      details: { retry_after_s: 3 },
    });
    const forbidden = { code: "PT403", message: "forbidden", details: null, hint: null };
    expect(await outcome(answer(403, forbidden))).toMatchObject({ code: "forbidden", details: undefined });
  });

  it.each(["40001", "40P01", "55P03", "57P01", "08006", "53300"])("%s may be called again", (code) => {
    const body = { code, message: "trouble", details: null, hint: null };
    expect(isRepeatable(failureOf("genbff_start", answer(500, body)))).toBe(true);
  });

  it("57014 is unavailable, and not called again", async () => {
    const body = { code: "57014", message: "canceling statement due to statement timeout", details: null };
    expect(isRepeatable(failureOf("genbff_start", answer(500, body)))).toBe(false);
    const failed = await outcome(answer(500, body));
    expect(isAppError(failed, "unavailable")).toBe(true);
    expect(sqlStateOf(failed)).toBe("57014");
  });

  it("repeats no value of a row", async () => {
    const details = "Failing row contains (a secret prompt, -1).";
    const body = { code: "23514", message: 'violates check constraint "c"', details, hint: "secret" };
    const failed = await outcome(answer(400, body));
    expect(isAppError(failed)).toBe(false);
    expect(inspect(failed, { depth: 10, showHidden: true })).not.toContain("secret");
  });
});

describe("an error of PostgREST", () => {
  it.each(["PGRST000", "PGRST001", "PGRST002", "PGRST003", "PGRSTX00"])("%s is a lost connection", (code) => {
    const lost = failureOf("genbff_start", answer(503, { code, message: "secret", details: "secret" }));
    expect(isAppError(lost, "unavailable")).toBe(true);
    expect(isRepeatable(lost)).toBe(true);
    expect(inspect(lost)).not.toContain("secret");
  });

  it("PGRST202 says what to run", async () => {
    const body = { code: "PGRST202", message: "Could not find the function public.genbff_start" };
    const failed = await outcome(answer(404, body));
    expect(isAppError(failed)).toBe(false);
    expect(failed.message).toMatch(/no function genbff_start .* `bff migrate`/);
  });

  it("PGRST106 says that public is not exposed", async () => {
    expect((await outcome(answer(406, { code: "PGRST106", message: "Invalid schema" }))).message).toContain(
      'does not expose the schema "public"',
    );
  });

  it("of any other kind is a bug", async () => {
    const failed = await outcome(answer(300, { code: "PGRST203", message: "Could not choose" }));
    expect(isAppError(failed)).toBe(false);
    expect(failed.message).toContain("PGRST203");
  });
});

it.each<[string, number, RpcAnswer["error"]]>([
  ["a key of another project", 401, { code: "PGRST301", message: "JWSError JWSInvalidSignature" }],
  ["a key that has expired", 401, { code: "PGRST303", message: "JWT expired" }],
  ["a key that the gateway does not know", 401, { message: "Invalid API key" }],
  ["the key of browsers", 401, { code: "42501", message: "permission denied for function genbff_start" }],
  ["a signed-in user", 403, { code: "42501", message: "permission denied for function genbff_start" }],
])("names the key that is needed instead of %s", async (_, status, body) => {
  const failed = await outcome(answer(status, body));
  expect(isAppError(failed)).toBe(false);
  expect(failed.message).toMatch(/genbff_start \(HTTP \d+.*service_role key of the same project/);
  expect(isRepeatable(failureOf("genbff_start", answer(status, body)))).toBe(false);
});

describe("an answer that is not of PostgREST", () => {
  const html = { message: "<html>the secret of a proxy</html>" };
  it.each([500, 502, 503, 504, 520, 522, 544])("is a lost connection with status %i", (status) => {
    const lost = failureOf("genbff_start", answer(status, html));
    expect(isAppError(lost, "unavailable")).toBe(true);
    expect(isRepeatable(lost)).toBe(true);
  });

  it.each([200, 400, 404, 405, 413, 429])("is unavailable at once with status %i", (status) => {
    const failed = failureOf("genbff_start", answer(status, html));
    expect(isAppError(failed, "unavailable")).toBe(true);
    expect(isRepeatable(failed)).toBe(false);
    expect(failed?.message).toContain(`HTTP ${status}`);
    expect(inspect(failed)).not.toContain("secret");
  });

  it("is none with the JSON null, a text or a number in it either", () => {
    for (const body of [null, "oops", 7] as RpcAnswer["error"][]) {
      expect(isAppError(failureOf("genbff_start", answer(500, body)), "unavailable")).toBe(true);
      expect(isAppError(failureOf("genbff_start", answer(404, body)), "unavailable")).toBe(true);
    }
  });
});

it("says of a request without an answer why, and nothing that was in it", () => {
  const message = "TypeError: Headers.append: 'Bearer a secret\\n' is an invalid header value.";
  const unusable = failureOf(
    "genbff_start",
    answer(0, { message, details: `${message}\n at secret`, code: "" }),
  );
  expect(unusable?.message).toContain("(TypeError)");
  expect(inspect(unusable)).not.toContain("a secret");
  const details =
    "TypeError: fetch failed\n\nCaused by: Error: connect ECONNREFUSED 127.0.0.1:1 (ECONNREFUSED)";
  const refused = failureOf(
    "genbff_start",
    answer(0, { message: "TypeError: fetch failed", details, code: "" }),
  );
  expect(refused?.message).toContain("(TypeError, ECONNREFUSED)");
  expect(isRepeatable(refused)).toBe(true);
});
