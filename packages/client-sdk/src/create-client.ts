import type { AppIn } from "./app.ts";
import type { CallOptions, Client, ClientOptions, GenerateOptions, PageOptions } from "./client.ts";
import { createConnection } from "./connection.ts";
import { createGeneration } from "./generation.ts";
import { postOnce } from "./post-once.ts";
import { createSharedWatches } from "./shared-watches.ts";
import { createStreamHealth } from "./stream-health.ts";
import { createTask } from "./task.ts";
import { createTransport } from "./transport.ts";
import { upload } from "./upload.ts";
import { type WatchTimes, watchTimes } from "./watch.ts";
import type { GenerationCreated, GenerationStatus } from "./wire.ts";

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
  return assembleClient(options, watchTimes) as unknown as Client<AppIn<App>>;
}

/** The client without its types, and with the times of its watches. For `createClient` and tests. */
export function assembleClient(options: ClientOptions, times: WatchTimes): Client<AnyApp> {
  const transport = createTransport(options);
  const { join, ...connection } = createConnection();
  const context = {
    transport,
    connection: { join },
    streams: createStreamHealth(),
    shared: createSharedWatches(),
    times,
  };
  const get = <Answer>(path: string, { signal, limit, cursor }: PageOptions = {}) =>
    transport.call<Answer>({ path, query: { limit, cursor }, repeat: true, signal });

  const generate = async (operation: string, request: object, call: GenerateOptions = {}) => {
    const waitS = call.waitS ?? 0;
    const answer = await postOnce<GenerationCreated | GenerationStatus>(transport, {
      path: `/generate/${encodeURIComponent(operation)}`,
      json: request,
      ...(waitS > 0 ? { headers: { prefer: `wait=${Math.floor(waitS)}` } } : {}),
      timeoutMs: (30 + waitS) * 1000,
      idempotencyKey: call.idempotencyKey,
      signal: call.signal,
    });
    const known = { id: answer.generation_id, taskId: answer.task_id };
    return createGeneration("version" in answer ? { ...known, status: answer } : known, context) as never;
  };
  const quote = (operation: string, request: object, call: CallOptions = {}) => {
    const { task_id, quote_id, ...asked } = request as Record<string, unknown>;
    return transport.call({
      method: "POST",
      path: "/quotes",
      json: { ...asked, operation },
      signal: call.signal,
    }) as never;
  };

  return {
    generate,
    quote,
    generation: (generationId) => createGeneration({ id: generationId }, context),
    task: (taskId) => createTask(taskId, context),
    tasks: (page) => get("/tasks", page),
    operations: (call) => get("/operations", call),
    upload: (file, call) => upload(transport, file, call),
    asset: (assetId) => ({ url: (call) => get(`/assets/${encodeURIComponent(assetId)}/url`, call) }),
    credits: {
      balance: (call) => get("/credits/balance", call),
      history: (page) => get("/credits/history", page),
    },
    connection,
  };
}

/** Every operation with every field: what the implementation sees once the compiler has let a call through. */
type AnyApp = Record<
  string,
  { input: object; output: "image"; providers: Record<string, object>; provider_optional: true }
>;
