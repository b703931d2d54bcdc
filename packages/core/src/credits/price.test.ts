import { describe, expect, it } from "vitest";
import { type OperationCost, price, priceLines } from "./price.ts";

const cost = (more: Partial<OperationCost> = {}): OperationCost => ({
  key: "text_to_image_v1",
  version: 3,
  credits: 2,
  per: "output",
  multipliers: { quality: { high: 150 }, texture: { false: 50 } },
  ...more,
});

describe("price", () => {
  it("counts each output where it is sold by the output, and once where it is sold by the call", () => {
    expect(price(cost(), {}, 4)).toMatchObject({ unit: 2, credits: 8, version: 3 });
    expect(price(cost({ per: "call" }), {}, 4)).toMatchObject({ unit: 2, credits: 2 });
  });

  it("multiplies by what was asked for and rounds a unit up to whole credits", () => {
    expect(price(cost({ credits: 3 }), { quality: "high" }, 2)).toMatchObject({ unit: 5, credits: 10 });
    expect(price(cost({ credits: 3 }), { texture: false, quality: "high" }, 1)).toMatchObject({ unit: 3 });
    expect(price(cost(), { quality: "low" }, 1)).toMatchObject({ unit: 2 });
  });

  it("names everything it depends on, so that a quote holds for exactly that", () => {
    expect(price(cost(), { quality: "high", prompt: "x" }, 2).basis).toEqual({
      key: "text_to_image_v1",
      outputs: 2,
      quality: "high",
    });
  });

  it("refuses a price that no wallet can hold", () => {
    expect(() => price(cost({ credits: Number.MAX_SAFE_INTEGER }), {}, 2)).toThrowError(
      expect.objectContaining({ code: "invalid_amount" }),
    );
  });

  it("explains itself in lines that add up to it", () => {
    const agreed = price(cost(), {}, 3);
    expect(priceLines(agreed)).toEqual([{ label: "3 × 2", credits: 6 }]);
    expect(priceLines(price(cost({ per: "call" }), {}, 3))).toEqual([{ label: "1 × 2", credits: 2 }]);
  });
});
