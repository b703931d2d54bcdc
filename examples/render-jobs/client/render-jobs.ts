import { createClient, type GenerationStatus } from "@genbff/client-sdk";
import { type RenderErrorCode, renderErrorOf, renderErrors } from "../src/contract/failures.ts";
import type { App } from "../src/render-bff.ts";

/** Where the server is, and as whom it is asked. */
export interface RenderApiOptions {
  /** `VITE_RENDER_API_URL`; empty: the page's own host. */
  readonly apiUrl: string;
  readonly getAccessToken: () => Promise<string>;
}

/** What a render is asked for, as the contract names it. */
export interface RenderJobRequest {
  readonly image_url: string;
  /** The same as the photo: it is only enhanced. */
  readonly texture_url: string;
  readonly mask_url?: string;
  readonly project_id?: string;
  readonly options?: {
    readonly real_world_scale?: number;
    readonly enable_refinement?: boolean;
    readonly refinement_seed?: number;
  };
}

export type RenderJobResult =
  | { readonly status: "completed"; readonly result_url: string }
  | { readonly status: "failed"; readonly error_code: RenderErrorCode; readonly error_message: string };

/**
 * The two calls of a page that renders: hand a job in, wait for its end. By client-sdk, which repeats a request whose
 * answer got lost without making two jobs of it, and watches by a stream where it can and by polling where it cannot.
 *
 * @example
 * const api = createRenderApi({ apiUrl: import.meta.env.VITE_RENDER_API_URL ?? "", getAccessToken });
 * const { job_id } = await api.submitRenderJob({ image_url, texture_url });
 * const result = await api.pollRenderJob(job_id, { onProgress: ({ stage }) => show(stage) });
 */
export function createRenderApi({ apiUrl, getAccessToken }: RenderApiOptions) {
  const bff = createClient<App>({ baseUrl: `${apiUrl}/api`, getAccessToken });
  return {
    /** Stores a photo, a texture or a mask; resolves to its URL for a request. */
    upload: async (file: File) => (await bff.upload(file)).asset_url,
    /** Rejects with a `GenbffError` where the job was not taken: then there is nothing to wait for. */
    async submitRenderJob(request: RenderJobRequest): Promise<{ job_id: string }> {
      const generation = await bff.generate("render", {
        task_id: `render-${crypto.randomUUID()}`,
        ...request,
      });
      return { job_id: generation.id };
    },
    /** Resolves at the end of the job, good or bad; rejects where it is not known, or with the signal's reason. */
    async pollRenderJob(
      jobId: string,
      { onProgress, signal }: { onProgress?: (at: Progress) => void; signal?: AbortSignal } = {},
    ): Promise<RenderJobResult> {
      let last: GenerationStatus | undefined;
      for await (const update of bff.generation(jobId).updates({ signal })) {
        last = update;
        onProgress?.({ stage: update.stage, progress: update.progress });
      }
      // Without an end there is only one reason to stop.
      if (last === undefined || last.next_poll_ms !== null) throw signal?.reason;
      if (last.asset_url !== null) return { status: "completed", result_url: last.asset_url };
      const error_code = renderErrorOf[(last.error?.error ?? "internal_error") as keyof typeof renderErrorOf];
      return { status: "failed", error_code, error_message: renderErrors[error_code] };
    },
  };
}

/** How far a job is: "2/5 depth", and from 0 to 100. */
export interface Progress {
  readonly stage: string | null;
  readonly progress: number;
}
