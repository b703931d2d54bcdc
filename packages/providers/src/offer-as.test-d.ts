import { defineProvider, offerAs } from "@genbff/core";
import { expectTypeOf, it } from "vitest";
import * as z from "zod";

const painter = defineProvider({
  offers: { "text-to-image": { parameters: z.object({ size: z.enum(["1K", "2K"]).optional() }) } },
  submitTimeoutMs: 1000,
  prepare: async () => ({ request: {} }),
  submit: async () => ({ state: "done", outputs: [] }),
});

it("carries the vendor's parameters to the team's own operation, and no other operation", () => {
  const own = offerAs(painter, { "make-logo": "text-to-image" });
  expectTypeOf(own["~offers"]).toEqualTypeOf<{
    "make-logo": { size?: "1K" | "2K" | undefined };
  }>();
});

it("takes only what the vendor offers", () => {
  // @ts-expect-error - it makes no models.
  offerAs(painter, { "make-model": "text-to-model" });
});
