import { errorCodes, isAppError } from "@genbff/core";
import { type Call, Refused, refusal, type World } from "./core.ts";
import { makeModel, modelRoutes } from "./make-model.ts";
import { makePictures } from "./make-pictures.ts";
import { status } from "./status.ts";

const statusPath = /^\/tasks\/([A-Za-z0-9_-]{1,128})\/status$/;

/**
 * The first version's routes, as a thin translation on `bff.fetch`. Links to files, below `/api/files/`, are core's own;
 * nothing else of core is reachable.
 */
export function createHandler(world: World): (request: Request, peer?: object) => Promise<Response> {
  return async (request, peer) => {
    const call: Call = { ...world, request, peer };
    try {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/api/files/")) return await world.bff.fetch(request, peer);
      return await route(call, pathname);
    } catch (error) {
      if (error instanceof Refused) return error.response;
      // Who asks is checked here, before a form is read; in core everything is answered already.
      if (isAppError(error))
        return refusal(errorCodes[error.code].status, error.code, error.message).response;
      throw error;
    }
  };
}

function route(call: Call, pathname: string): Promise<Response> {
  const { method } = call.request;
  const task = statusPath.exec(pathname)?.[1];
  if (task !== undefined && method === "GET") return status(call, task);
  if (method === "POST" && pathname === "/generate/image-to-image") return makePictures(call);
  const operation = modelRoutes.find((name) => pathname === `/generate/${name}`);
  if (method === "POST" && operation !== undefined) return makeModel(call, operation);
  throw refusal(404, "not_found", "There is no such route.");
}
