import { createBff } from "@genbff/core";
import { test } from "vitest";
import { openai, planLogo, planner, ports, providerA, tripo } from "../test/app.ts";

test("refuses a server whose prices, fallback or operations do not fit its providers", () => {
  const providers = { openai, provider_a: providerA };
  const models = { "image-to-model": { provider_a: "image_to_model" } };

  createBff({
    ...ports,
    providers,
    prices: { "text-to-image": { openai: "image", provider_a: "image" }, ...models },
  });
  createBff({
    ...ports,
    providers,
    prices: {
      // @ts-expect-error the price of one pair is missing
      "text-to-image": { openai: "image" },
      "image-to-model": { provider_a: "image_to_model" },
    },
  });
  createBff({
    ...ports,
    providers,
    // @ts-expect-error the price of an operation is missing
    prices: { "text-to-image": { openai: "image", provider_a: "image" } },
  });
  createBff({
    ...ports,
    providers: { openai },
    // @ts-expect-error the price of a pair that nobody offers
    prices: { "text-to-image": { openai: "image", tripo: "image" } },
  });
  createBff({
    ...ports,
    providers: { tripo },
    prices: { "text-to-model": { tripo: "model" }, "image-to-model": { tripo: "model" } },
    fallback: {
      // @ts-expect-error not registered
      "image-to-model": ["openai"],
    },
  });
  createBff({
    ...ports,
    // @ts-expect-error offered but not defined
    providers: { planner },
    prices: {},
  });
  createBff({
    ...ports,
    providers: { planner },
    operations: [planLogo],
    prices: { "plan-logo": { planner: "plan" } },
  });
});
