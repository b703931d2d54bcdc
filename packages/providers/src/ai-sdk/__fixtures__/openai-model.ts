import { createOpenAI } from "@ai-sdk/openai";
import type { AiSdkImageModel } from "../index.ts";

/** A real model of the SDK's own package, so that its errors are the real ones. A redirect is an answer here too. */
export function openaiModel({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }): AiSdkImageModel {
  const vendor = createOpenAI({
    apiKey,
    baseURL: baseUrl.replace(/\/$/, ""),
    fetch: (input, init) => globalThis.fetch(input, { ...init, redirect: "manual" }),
  });
  return vendor.image("gpt-image-2");
}
