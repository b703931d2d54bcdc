import type { Auth } from "@genbff/core";
import type { PassthroughBff } from "../bff.ts";
import type { Settings } from "../settings.ts";

/** What the routes are made on. */
export interface World {
  readonly bff: Pick<PassthroughBff, "fetch" | "database">;
  readonly auth: Auth;
  readonly settings: Pick<Settings, "TASK_IDS">;
}

/** One request of the first version's, and who is at the other end. */
export interface Call extends World {
  readonly request: Request;
  readonly peer: object | undefined;
}

/** What of core's status this app tells on. */
export interface Generation {
  readonly generation_id: string;
  readonly provider: string;
  readonly status: "pending" | "processing" | "complete" | "failed" | "cancelled";
  readonly progress: number;
  readonly assets: readonly {
    readonly asset_id: string;
    readonly asset_url: string;
    readonly expires_at?: string;
    readonly content_type: string;
  }[];
  readonly error: { readonly error: string; readonly message: string } | null;
  readonly version: number;
  readonly completed_at: string | null;
}

/** An answer of core's that is none of ours to change: it is handed on as it is. */
export class Refused extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super(`core answered ${response.status}`);
    this.name = "Refused";
    this.response = response;
  }
}

/** A refusal of our own, in core's words. */
export function refusal(status: number, error: string, message: string): Refused {
  const request_id = crypto.randomUUID();
  return new Refused(Response.json({ error, message, details: {}, request_id }, { status }));
}

/**
 * Asks core as the caller.
 *
 * @throws Refused - core did.
 */
export async function askCore({ bff, request, peer }: Call, path: string, body?: object): Promise<Response> {
  const headers = new Headers();
  for (const name of ["authorization", "idempotency-key"]) {
    const value = request.headers.get(name);
    if (value !== null && (name === "authorization" || body !== undefined)) headers.set(name, value);
  }
  const { signal } = request;
  const sent =
    body === undefined
      ? { headers, signal }
      : body instanceof FormData
        ? { method: "POST", headers, signal, body }
        : {
            method: "POST",
            headers: new Headers([...headers, ["content-type", "application/json"]]),
            signal,
            body: JSON.stringify(body),
          };
  const response = await bff.fetch(new Request(new URL(path, request.url), sent), peer);
  if (!response.ok) throw new Refused(response);
  return response;
}

/** How a generation is now. */
export async function generationOf(call: Call, id: string): Promise<Generation> {
  return (await (await askCore(call, `/api/tasks/${id}/status`)).json()) as Generation;
}

/** Waits until it is as far as that, or for so long. */
export async function follow(
  call: Call,
  id: string,
  until: (generation: Generation) => boolean | Promise<boolean>,
  waitMs: number,
): Promise<Generation> {
  const end = performance.now() + waitMs;
  let generation = await generationOf(call, id);
  while (generation.completed_at === null && !(await until(generation))) {
    const leftS = Math.min(20, Math.floor((end - performance.now()) / 1000));
    if (leftS < 1) return generation;
    const path = `/api/tasks/${id}/status?wait=${leftS}&version=${generation.version}`;
    generation = (await (await askCore(call, path)).json()) as Generation;
  }
  return generation;
}
