import type { WebhookEndpoint } from "./vendor/vendor.ts";

/** What a simulator can be told when it starts. Every value has a default. */
export interface SimulatorOptions {
  /** Port to listen on; 0 takes a free one. Default 0. */
  port?: number;
  /** Address to listen on. Default `127.0.0.1`. */
  host?: string;
  /** Seed of everything painted, built or drawn by chance. Default 1. */
  seed?: number;
  /** Base time of one synchronous picture or model, in milliseconds. Default 0. */
  latencyMs?: number;
  /** Time of a job, e.g. a Tripo task from `queued` to `success`, in milliseconds. Default 1500. */
  jobMs?: number;
  /** Life of a result link, in milliseconds. Default 60,000. */
  linkTtlMs?: number;
  /** A word put wherever a vendor's name or text would show, so that a test can search for leaks. */
  canary?: string;
  /** Where vendors that know webhooks by account send them, e.g. `{ tripo: { url, secret } }`. Default: nowhere. */
  webhooks?: Readonly<Record<string, WebhookEndpoint>>;
  /** File that keeps jobs and purchases over a restart. Default: memory only. */
  statePath?: string;
}

/** The options of one running simulator, defaults filled in. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly seed: number;
  readonly latencyMs: number;
  readonly jobMs: number;
  readonly linkTtlMs: number;
  readonly canary: string | undefined;
  readonly statePath: string | undefined;
}

/** Fills in the defaults. */
export function settingsOf(options: SimulatorOptions): Settings {
  return {
    port: options.port ?? 0,
    host: options.host ?? "127.0.0.1",
    seed: options.seed ?? 1,
    latencyMs: options.latencyMs ?? 0,
    jobMs: options.jobMs ?? 1500,
    linkTtlMs: options.linkTtlMs ?? 60_000,
    canary: options.canary,
    statePath: options.statePath,
  };
}
