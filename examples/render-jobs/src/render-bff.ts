import { fileURLToPath } from "node:url";
import {
  type Auth,
  createBff,
  type Database,
  inProcess,
  type Limits,
  type Logger,
  type ObjectStore,
} from "@genbff/core";
import { withCors } from "./contract/cors.ts";
import { renderRoutes } from "./contract/routes.ts";
import { renderOperation } from "./operation.ts";
import { type PipelineOptions, pipeline } from "./provider.ts";

/** What the browser's client is typed by. */
export type App = ReturnType<typeof createRenderBff>["bff"];

export interface RenderBffOptions extends PipelineOptions {
  readonly database: Database;
  /** The bucket `project-images`, or a folder of this name. */
  readonly storage: ObjectStore;
  readonly auth: Auth;
  /** Signs links. */
  readonly secret: string;
  readonly publicUrl?: string | undefined;
  /** Pages of other origins that may call. */
  readonly pageOrigins?: readonly string[];
  /** Private origins that photos and textures may come from, as on a laptop. */
  readonly trustedOrigins?: readonly string[];
  /** Renders that wait, of everybody; one more is 503 `queue_full`. */
  readonly queueDepth?: number;
  readonly retentionMs?: number;
  readonly showQueued?: boolean;
  /** For tests: leases and sweeps of a server that is in a hurry. */
  readonly limits?: Partial<Limits>;
  readonly logger?: Logger | undefined;
}

const twoDaysMs = 48 * 3_600_000;

/** The whole backend: one operation, one provider in this process, and the contract in front. */
export function createRenderBff(options: RenderBffOptions) {
  const { auth, publicUrl, pageOrigins = [], trustedOrigins = [], queueDepth = 20, logger } = options;
  const { retentionMs = twoDaysMs, showQueued = false, limits = {} } = options;
  const bff = createBff({
    database: options.database,
    storage: options.storage,
    auth,
    secret: options.secret,
    publicUrl,
    providers: { pipeline: pipeline(options) },
    operations: [renderOperation],
    prices: { render: { pipeline: "render" } },
    // One render at a time in each process, however many wait: a photo of 24 megapixels takes some 400 MB.
    engine: inProcess({ concurrency: 1, ...(logger === undefined ? {} : { logger }) }),
    outputs: {
      keys: {
        render: [
          "renders/{user_id}/{project_id}-{generation_id}.png",
          "renders/{user_id}/{generation_id}.png",
        ],
      },
    },
    inputs: { trustedOrigins },
    cors: { origins: [...pageOrigins] },
    limits: { queueDepth, openGenerationsPerUser: queueDepth + 1, keepRowsMs: retentionMs, ...limits },
    migrations: [{ name: "render-jobs", path: fileURLToPath(new URL("../sql", import.meta.url)) }],
    logger,
  });
  const routes = renderRoutes({ bff, auth, publicUrl, retentionMs, showQueued });
  return { bff, fetch: withCors(pageOrigins, routes) };
}
