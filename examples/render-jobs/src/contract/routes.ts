import { type Auth, type Bff, errorCodes, isAppError } from "@genbff/core";
import type { GenerationCreated, GenerationStatus } from "@genbff/core/contract";
import { toJob } from "./job.ts";
import { readJson } from "./read-json.ts";
import { type BffError, toRefusal } from "./refusal.ts";
import { reasonsOf, renderRequest, toStart } from "./request.ts";

/** What the contract needs of the BFF behind it. */
export interface RenderRoutesOptions {
  readonly bff: Pick<Bff<object>, "fetch">;
  /** The same as the BFF's own. */
  readonly auth: Auth;
  /** Where links that are paths lie; default: where the request came to. */
  readonly publicUrl?: string | undefined;
  /** How long a job that has ended is known. */
  readonly retentionMs: number;
  readonly showQueued: boolean;
}

type Fetch = (request: Request, host?: object) => Promise<Response>;

const jobPath = /^\/render\/jobs\/([^/]+)$/;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * `POST /render/jobs` and `GET /render/jobs/{job_id}`: the contract of the app that was there first, in front of the BFF's
 * own routes. A job is a generation, its id is the generation's, and the bearer token is handed on.
 */
export function renderRoutes(options: RenderRoutesOptions): Fetch {
  return async (request, host) => {
    const { pathname } = new URL(request.url);
    const jobId = jobPath.exec(pathname)?.[1];
    try {
      if (pathname === "/render/jobs" && request.method === "POST")
        return await submit(options, request, host);
      if (jobId !== undefined && request.method === "GET") return await poll(options, request, jobId, host);
      return json(404, { error: "not_found" });
    } catch (error) {
      if (!isAppError(error)) throw error;
      return refuse(errorCodes[error.code].status, {
        error: error.code,
        ...(error.details && { details: error.details }),
      });
    }
  };
}

async function submit(
  { bff, auth }: RenderRoutesOptions,
  request: Request,
  host: object | undefined,
): Promise<Response> {
  const { userId } = await auth.authenticate(request);
  const parsed = renderRequest.safeParse(await readJson(request));
  if (!parsed.success) return json(400, { error: "validation_failed", details: reasonsOf(parsed.error) });
  if (parsed.data.user_id !== undefined && parsed.data.user_id !== userId)
    return json(403, { error: "forbidden" });
  const { idempotencyKey, body } = toStart(
    parsed.data,
    userId,
    request.headers.get("idempotency-key") ?? undefined,
  );
  const answer = await bff.fetch(
    new Request(new URL("/api/generate/render", request.url), {
      method: "POST",
      headers: {
        ...authorizationOf(request),
        "content-type": "application/json",
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      body: JSON.stringify(body),
      signal: request.signal,
    }),
    host,
  );
  if (!answer.ok) return refuse(answer.status, (await answer.json()) as BffError);
  const { generation_id: job_id } = (await answer.json()) as GenerationCreated;
  return json(201, { job_id, status: "processing", poll_url: `/render/jobs/${job_id}` });
}

async function poll(
  { bff, retentionMs, showQueued, publicUrl }: RenderRoutesOptions,
  request: Request,
  jobId: string,
  host: object | undefined,
): Promise<Response> {
  const notFound = () => json(404, { error: "job_not_found" });
  // A task has a status of its own at the BFF, and no job of this name.
  if (!uuid.test(jobId)) return notFound();
  const answer = await bff.fetch(
    new Request(new URL(`/api/tasks/${jobId}/status`, request.url), {
      headers: authorizationOf(request),
      signal: request.signal,
    }),
    host,
  );
  if (answer.status === 404) return notFound();
  if (!answer.ok) return refuse(answer.status, (await answer.json()) as BffError);
  const generation = (await answer.json()) as GenerationStatus;
  const { generation_id: id, operation, completed_at: completedAt } = generation;
  const isOver = completedAt !== null && Date.now() - Date.parse(completedAt) > retentionMs;
  if (id !== jobId.toLowerCase() || operation !== "render" || isOver) return notFound();
  return json(200, toJob(generation, { showQueued, origin: publicUrl ?? request.url }));
}

function authorizationOf(request: Request): Record<string, string> {
  const authorization = request.headers.get("authorization");
  return authorization === null ? {} : { authorization };
}

function refuse(status: number, error: BffError): Response {
  const refusal = toRefusal(status, error);
  return json(refusal.status, refusal.body);
}

function json(status: number, body: object): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
