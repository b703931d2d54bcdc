import { randomUUID } from "node:crypto";

/** Puts on every answer what this vendor's answers carry. */
export interface Signature {
  requestId(): string;
  sign(response: Response, requestId?: string): Response;
}

/** Makes the vendor's own headers; the canary stands where its names would. */
export function createSignature(canary: string | undefined): Signature {
  const requestId = () =>
    `req_${canary === undefined ? "" : `${canary}_`}${randomUUID().replaceAll("-", "")}`;
  return {
    requestId,
    sign(response, id = requestId()) {
      const { headers } = response;
      headers.set("x-request-id", id);
      headers.set("openai-version", "2020-10-01");
      headers.set("openai-organization", canary ?? "simulated-org");
      headers.set("x-ratelimit-limit-requests", "500");
      headers.set("x-ratelimit-remaining-requests", "499");
      headers.set("x-ratelimit-reset-requests", "120ms");
      headers.set("x-ratelimit-limit-tokens", "800000");
      headers.set("x-ratelimit-remaining-tokens", "798000");
      headers.set("x-ratelimit-reset-tokens", "1s");
      return response;
    },
  };
}
