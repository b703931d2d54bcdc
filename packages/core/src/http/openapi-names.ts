import type * as z from "zod";
import { givenUpWebhookPage, inspected } from "../contract/admin.ts";
import { balance, movementPage, quote } from "../contract/credits.ts";
import { errorBody } from "../contract/error.ts";
import { cancelled, generationCreated, generationStatus } from "../contract/generation.ts";
import { operationList } from "../contract/operation.ts";
import { session, signedUp } from "../contract/sign-in.ts";
import { taskPage, taskTree } from "../contract/task.ts";
import { creditsWebhook, generationWebhook } from "../contract/webhook-event.ts";
import { type Schema, schemaOf } from "./openapi-schema.ts";

/** Answers that have a name of their own: written once, and called the same by types that are made from the document. */
const named = {
  Error: errorBody,
  Balance: balance,
  Cancelled: cancelled,
  CreditsWebhook: creditsWebhook,
  GenerationCreated: generationCreated,
  GenerationStatus: generationStatus,
  GenerationWebhook: generationWebhook,
  GivenUpWebhookPage: givenUpWebhookPage,
  Inspected: inspected,
  MovementPage: movementPage,
  OperationList: operationList,
  Quote: quote,
  Session: session,
  SignedUp: signedUp,
  TaskPage: taskPage,
  TaskTree: taskTree,
};
const nameOf = new Map<z.ZodType, string>(Object.entries(named).map(([name, schema]) => [schema, name]));

/** What stands under `components`. */
export function namedSchemas(): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(named).map(([name, schema]) => [name, schemaOf(schema, "output")]),
  );
}

/** Where a named one stands. */
export function referenceTo(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The schema of an answer: by its name, if it has one. */
export function answerSchema(schema: z.ZodType): Schema {
  const name = nameOf.get(schema);
  return name === undefined ? schemaOf(schema, "output") : referenceTo(name);
}
