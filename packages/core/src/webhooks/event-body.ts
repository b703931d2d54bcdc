import type { Movement } from "../contract/credits.ts";
import type { WebhookEvent, WebhookEventType } from "../contract/webhook-event.ts";
import type { StoredGeneration } from "../events/stored-generation.ts";
import { toIso } from "../http/present-generation.ts";
import { showGeneration } from "../http/sign-urls.ts";
import type { ObjectStore } from "../storage/port.ts";

/** An event as the database hands it out to be sent. */
export interface ClaimedEvent {
  readonly event_id: string;
  /** Which claim of it this is. */
  readonly claim: number;
  /** From 1, with this one. */
  readonly tries: number;
  readonly type: WebhookEventType;
  readonly created_at: string;
  readonly data: (StoredGeneration & { readonly user_id: string }) | StoredMovement;
}

type StoredMovement = Movement & {
  readonly wallet_id: string;
  readonly seq: number;
  readonly balance_before: number;
  readonly balance_after: number;
};

/** What is sent. Links are signed anew for every try: one of days ago would lead nowhere. */
export async function eventBody(
  storage: ObjectStore,
  { type, created_at, data }: ClaimedEvent,
): Promise<WebhookEvent> {
  const timestamp = toIso(created_at);
  if ("wallet_id" in data)
    return { type, timestamp, data: { ...data, created_at: toIso(data.created_at) } } as WebhookEvent;
  const { user_id, ...stored } = data;
  return { type, timestamp, data: { ...(await showGeneration(storage, stored)), user_id } } as WebhookEvent;
}
