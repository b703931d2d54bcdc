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

export function createStudioClient(
  getAccessToken: (options: { refresh: boolean }) => Promise<string | null>,
): StudioClient {
  return createClient<Record<string, AnyOperation>>({ baseUrl: "/api", getAccessToken });
}
