import type { AppIn } from "./app.ts";
import type { Client, ClientOptions } from "./client.ts";

/**
 * Makes the typed client of a BFF. Asks the server nothing yet.
 *
 * @typeParam App - `typeof bff`, by `import type` (`import { type App }` would bundle the server).
 *
 * @example
 * const api = createClient<App>({ baseUrl: "/api", getAccessToken: () => session.token });
 * const generation = await api.generate("text-to-image", { task_id, provider: "openai", prompt: "a fox" });
 * for await (const update of generation.updates()) render(update);
 * const { assets } = await generation.result();
 */
export function createClient<
  App extends object = { "createClient needs the server's type: createClient<App>()": never },
>(options: ClientOptions): Client<AppIn<App>> {
  throw new Error("unfinished", { cause: options });
}
