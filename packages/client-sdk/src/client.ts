import type { QuoteRequestOf, RequestOf, ResultIn } from "./app.ts";
import type { Connection } from "./connection.ts";
import type { Generation } from "./generation.ts";
import type { Task } from "./task.ts";
import type { UploadOptions } from "./upload.ts";
import type {
  AssetUrl,
  Balance,
  MovementPage,
  OperationList,
  Quote,
  TaskPage,
  UploadComplete,
} from "./wire.ts";

/** How to reach a BFF. */
export interface ClientOptions {
  /** Where the BFF is mounted: `/api`, or `https://app.example.com/api`. */
  baseUrl: string;
  /**
   * Asked before every request. `refresh` is true once after the server said that the token has expired: hand over
   * a new one then, not the one in a cache.
   */
  getAccessToken?: (options: { refresh: boolean }) => string | null | Promise<string | null>;
  /** Default: the global `fetch`. */
  fetch?: typeof globalThis.fetch;
}

/** Can be stopped. What was already sent may have had its effect. */
export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** How a generation is started. */
export interface GenerateOptions extends CallOptions {
  /** Names this wish: the same key never buys twice. Default: a new one for each call. */
  idempotencyKey?: string | undefined;
  /** Lets the server answer only when the generation has ended, or after this many seconds; up to 20. */
  waitS?: number | undefined;
}

/** One page of a list. */
export interface PageOptions extends CallOptions {
  /** 1 to 100. Default 20. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | null | undefined;
}

/** A BFF, seen from the browser. Every method rejects with a `GenbffError`, or with the reason of its `signal`. */
export interface Client<App> {
  /**
   * Starts a generation and holds its price.
   *
   * Sends an `Idempotency-Key` and repeats itself with it, at most twice, where no answer came, where the server is
   * briefly unavailable, or where the first try is still running: one call never buys twice.
   */
  generate<Op extends keyof App>(
    operation: Op,
    request: RequestOf<App, Op>,
    options?: GenerateOptions,
  ): Promise<Generation<ResultIn<App, Op>>>;
  /**
   * Picks a generation up again, e.g. after a reload. Asks the server nothing yet.
   *
   * @example
   * const model = api.generation<"image-to-model">(id);
   */
  generation<Op extends keyof App = keyof App>(generationId: string): Generation<ResultIn<App, Op>>;
  /** A piece of work with all its generations. Asks the server nothing yet. */
  task(taskId: string): Task;
  /** My tasks, newest first. */
  tasks(options?: PageOptions): Promise<TaskPage>;
  /** The price before it is asked for. */
  quote<Op extends keyof App>(
    operation: Op,
    request: QuoteRequestOf<App, Op>,
    options?: CallOptions,
  ): Promise<Quote>;
  /** The catalogue: operations, providers, parameters as JSON Schema, prices. */
  operations(options?: CallOptions): Promise<OperationList>;
  /**
   * Uploads a picture or a model to be used as an input.
   *
   * Small files go in one request; larger ones, and those that the server's host cannot take, go straight to the
   * storage.
   */
  upload(file: Blob, options?: UploadOptions): Promise<UploadComplete>;
  asset(assetId: string): {
    /** A fresh URL. */
    url(options?: CallOptions): Promise<AssetUrl>;
  };
  readonly credits: {
    balance(options?: CallOptions): Promise<Balance>;
    /** My movements, newest first. */
    history(options?: PageOptions): Promise<MovementPage>;
  };
  /** Whether what is being watched is in touch with the server. */
  readonly connection: Connection;
}
