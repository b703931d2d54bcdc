import type { RouteName } from "../../contract/routes.ts";
import type { RouteHandler } from "../call.ts";
import { adminAdjust, adminGrant, adminInspect, adminRefund } from "./admin.ts";
import { adminSendWebhooksAgain, adminWebhooks } from "./admin-webhooks.ts";
import { balance, history } from "./credits.ts";
import { diagnosticStream } from "./diagnostics.ts";
import { events, eventsTicket } from "./events.ts";
import { assetUrl, readFile, writeFile } from "./files.ts";
import { generate } from "./generate.ts";
import { cancel, retry } from "./generations.ts";
import { health, openapi, ready } from "./health.ts";
import { operations } from "./operations.ts";
import { quotes } from "./quotes.ts";
import { logIn, signUp } from "./sign-in.ts";
import { status } from "./status.ts";
import { task, tasks } from "./tasks.ts";
import { uploadComplete, uploads } from "./uploads.ts";
import { webhook } from "./webhooks.ts";

/** What answers each route of the contract: one that is missing does not compile. */
export const handlers: { readonly [Name in RouteName]: RouteHandler<Name> } = {
  generate,
  status,
  events,
  eventsTicket,
  tasks,
  task,
  cancel,
  retry,
  quotes,
  uploads,
  uploadComplete,
  assetUrl,
  operations,
  balance,
  history,
  signUp,
  logIn,
  adminGrant,
  adminAdjust,
  adminRefund,
  adminInspect,
  adminWebhooks,
  adminSendWebhooksAgain,
  health,
  ready,
  diagnosticStream,
  openapi,
  readFile,
  writeFile,
  webhook,
};
