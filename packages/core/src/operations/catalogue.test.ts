import { describe, expect, it } from "vitest";
import * as z from "zod";
import { inputReferences } from "../generations/input-references.ts";
import { scriptedProvider } from "../testing/generations/scripted-provider.ts";
import { createCatalogue } from "./catalogue.ts";
import { defineOperation } from "./define-operation.ts";

describe("an operation of the team's own under a built-in name", () => {
  const field = "input_image_asset_url";
  const fromSeveral = defineOperation({
    name: "image-to-image",
    title: "A picture from several",
    input: z.object({ prompt: z.string(), [field]: z.array(z.string()).min(1).max(10) }),
    output: "image",
    files: [{ field, kind: "image", max: 10 }],
  });
  const painter = { ...scriptedProvider().port, offers: { "image-to-image": { parameters: z.object({}) } } };
  const offer = createCatalogue({
    providers: { painter },
    operations: [fromSeveral],
    prices: { "image-to-image": { painter: "picture" } },
    fallback: {},
  }).offer("image-to-image", undefined);

  it("takes its place, and hands every reference to the provider in the order of the request", () => {
    const input = { prompt: "both lamps on one desk", [field]: ["a1", "a2", "a3"] };
    expect(offer.schema.parse(input)).toEqual(input);
    expect(inputReferences(offer.operation, input).map(({ ref }) => ref)).toEqual(["a1", "a2", "a3"]);
  });

  it("leaves nothing of the built-in one", () => {
    expect(offer.schema.safeParse({ prompt: "a lamp", [field]: "a1" }).success).toBe(false);
    expect(offer.schema.safeParse({ prompt: "a lamp", [field]: ["a1"], style: "clay" }).success).toBe(false);
  });
});
