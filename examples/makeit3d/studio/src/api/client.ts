import { type Client, createClient, type JsonValue } from "@genbff/client-sdk";

/**
 * What the studio knows of the server before it asks.
 *
 * Its forms are made from the catalogue at run time, so that an operation or a provider that the server's team adds
 * appears by itself. A page with forms of its own writes `import type { App } from "…/bff.ts"` and
 * `createClient<App>()` instead, and gets every operation and parameter checked.
 */
interface AnyOperation {
  input: Record<string, JsonValue>;
  output: "image" | "model";
  providers: Record<string, Record<string, JsonValue>>;
  provider_optional: true;
}
export type StudioClient = Client<Record<string, AnyOperation>>;

/** The fields of a request, without `task_id`. */
export type Fields = Record<string, JsonValue>;

/** @param onSignedOut - Told when the server does not take the token any more, whatever was asked. */
export function createStudioClient(
  getAccessToken: (options: { refresh: boolean }) => Promise<string | null>,
  onSignedOut?: () => void,
): StudioClient {
  return createClient<Record<string, AnyOperation>>({
    baseUrl: "/api",
    getAccessToken,
    async fetch(url, init) {
      const answer = await fetch(url, init);
      // Files go to where the server said, which knows no session of ours.
      if (answer.status === 401 && String(url).startsWith("/api/")) onSignedOut?.();
      return answer;
    },
  });
}
