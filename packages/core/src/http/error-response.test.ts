import { expect, it } from "vitest";
import { errorCodes } from "../contract/error-codes.ts";
import { AppError } from "../errors/app-error.ts";
import { errorResponse } from "./error-response.ts";

const canary = "canary-7f3a";

/** What the client gets, and what the log got. */
async function answerTo(error: unknown) {
  const lines: [Record<string, unknown>, string][] = [];
  const log = (fields: Record<string, unknown>, message: string) => void lines.push([fields, message]);
  const logger = { debug: log, info: log, warn: log, error: log };
  const response = errorResponse(error, "request-1", logger);
  return { status: response.status, text: await response.text(), lines };
}

it("tells nothing of what went wrong inside, and everything to the log", async () => {
  const error = new Error(`select * from ${canary}`, { cause: canary });
  const { status, text, lines } = await answerTo(error);
  expect(status).toBe(500);
  expect(JSON.parse(text)).toEqual({
    error: "internal_error",
    message: errorCodes.internal_error.sentence,
    request_id: "request-1",
  });
  expect(lines).toEqual([[{ error, requestId: "request-1", code: "internal_error" }, "A request failed"]]);
});

it("tells an expected failure in the table's words, whatever its own are", async () => {
  const error = new AppError("not_found", { message: canary, cause: new Error(canary) });
  const { status, text } = await answerTo(error);
  expect([status, JSON.parse(text).message]).toEqual([404, errorCodes.not_found.sentence]);
  expect(text).not.toContain(canary);
});

it.each([canary, undefined, null, { code: "not_found", details: { canary } }])(
  "takes whatever is thrown for an internal error: %o",
  async (thrown) => {
    const { status, text } = await answerTo(thrown);
    expect(status).toBe(500);
    expect(text).not.toContain("canary");
  },
);
