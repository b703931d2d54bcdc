import { toExpress } from "@genbff/adapter-express";
import { type Auth, jwtAuth } from "@genbff/core";
import express, { type Express } from "express";
import { createPassthroughBff, type Parts, type PassthroughBff } from "./bff.ts";
import { createHandler } from "./http/handle.ts";
import { servePage } from "./page.ts";
import { localSession } from "./session.ts";
import type { Settings } from "./settings.ts";

/** The whole server, but for its port. */
export function createApp(
  settings: Settings,
  parts: Omit<Parts, "auth">,
): { readonly app: Express; readonly bff: PassthroughBff } {
  const tokens = settings.AUTH_JWT_SECRET ?? parts.secret;
  const auth: Auth = jwtAuth({ secret: tokens });
  const bff = createPassthroughBff(settings, { ...parts, auth });
  const app = express();
  app.disable("x-powered-by");
  if (settings.AUTH_JWT_SECRET === undefined) app.use(localSession(tokens));
  app.use(servePage());
  app.use(toExpress({ fetch: createHandler({ bff, auth, settings }) }));
  return { app, bff };
}
