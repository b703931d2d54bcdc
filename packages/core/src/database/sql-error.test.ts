import { describe, expect, it } from "vitest";
import { isAppError } from "../errors/app-error.ts";
import { classifySqlError, isRepeatable, sqlStateOf, translateSqlError } from "./sql-error.ts";

const failure = (code: string | undefined, message = "message", more = {}) =>
  Object.assign(new Error(message), { code, ...more });

describe("classifySqlError", () => {
  it.each([
    [failure("PT402"), "refused"],
    [failure("40001"), "contended"],
    [failure("40P01"), "contended"],
    [failure("55P03"), "contended"],
    [failure("08006"), "disconnected"],
    [failure("57P01"), "disconnected"],
    [failure("53300"), "disconnected"],
    [failure("ECONNREFUSED"), "disconnected"],
    [failure("EPIPE"), "disconnected"],
    [failure(undefined, "Connection terminated unexpectedly"), "disconnected"],
    [failure(undefined, "timeout exceeded when trying to connect"), "disconnected"],
    [failure("57014"), "timed_out"],
    [failure("23505"), "bug"],
    [failure("42883"), "bug"],
    [failure("PT40"), "bug"],
    [failure("P0001", "insufficient_credits"), "bug"],
    [failure(undefined, "anything"), "bug"],
    ["thrown text", "bug"],
  ])("sorts %o", (error, kind) => {
    expect(classifySqlError(error)).toBe(kind);
    expect(isRepeatable(error)).toBe(kind === "contended" || kind === "disconnected");
  });
});

describe("translateSqlError", () => {
  it("keeps an AppError as it is", () => {
    const error = translateSqlError(failure("PT404", "not_found"), "f");
    expect(translateSqlError(error, "g")).toBe(error);
  });

  it("tells which SQLSTATE made it unavailable", () => {
    const error = translateSqlError(failure("55P03"), "f");
    expect(isAppError(error, "unavailable")).toBe(true);
    expect(sqlStateOf(error)).toBe("55P03");
  });

  it("takes a refusal whose DETAIL is no JSON for a bug", () => {
    const error = translateSqlError(failure("PT402", "insufficient_credits", { detail: "{" }), "f");
    expect(isAppError(error)).toBe(false);
    expect(error.message).toContain("f");
  });

  it("keeps no argument, row or context", () => {
    const secrets = {
      detail: "secret",
      where: "secret",
      params: ["secret"],
      query: "secret",
      hint: "secret",
    };
    const error = translateSqlError(failure("23514", "violates check", { ...secrets, constraint: "c" }), "f");
    expect(JSON.stringify(error.cause)).not.toContain("secret");
    expect(error.cause).toMatchObject({ code: "23514", constraint: "c" });
  });
});
