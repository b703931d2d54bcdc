import { expectTypeOf, test } from "vitest";
import type { App } from "../test/app.ts";
import type { AppIn } from "./app.ts";
import type { Client, GenerationError } from "./index.ts";
import { isGenbffError, isGenerationError } from "./index.ts";

declare const api: Client<AppIn<App>>;
declare const error: unknown;

test("narrows details by code", () => {
  if (isGenerationError(error, "rate_limited")) {
    expectTypeOf(error.details).toEqualTypeOf<{ retry_after_s: number }>();
  }
  if (isGenbffError(error, "insufficient_credits", "rate_limited")) {
    if (error.code === "insufficient_credits") {
      expectTypeOf(error.details).toEqualTypeOf<{ required: number; available: number }>();
    }
    expectTypeOf(error.code).toEqualTypeOf<"insufficient_credits" | "rate_limited">();
  }
  if (isGenbffError(error) && error.code === "queue_full") {
    expectTypeOf(error.details.retry_after_s).toEqualTypeOf<number>();
  }
  if (isGenbffError(error, "network")) expectTypeOf(error.status).toEqualTypeOf<number>();
  // @ts-expect-error no such code
  isGenbffError(error, "no_such_code");
  // @ts-expect-error a generation does not fail by our network
  isGenerationError(error, "network");
});

test("tells a settled generation as a value", async () => {
  const model = await api.generate("text-to-model", { task_id: "desk-1", prompt: "x" });
  const settled = await model.settled();
  if (settled.ok) expectTypeOf(settled.result).toEqualTypeOf<Awaited<ReturnType<typeof model.result>>>();
  else {
    expectTypeOf(settled.error).toEqualTypeOf<GenerationError>();
    if (settled.error.code === "content_rejected")
      expectTypeOf(settled.error.generation.version).toBeNumber();
    // @ts-expect-error no such code
    void (settled.error.code === "no_such_code");
  }
});
