import type { WebhookEventType } from "../contract/webhook-event.ts";
import type { Database } from "../database/port.ts";
import { toIso } from "../http/present-generation.ts";
import type { JsonObject } from "../shared/json.ts";

/** An event that the receiver never took. It is kept for `limits.keepRowsMs`. */
export interface GivenUpWebhook {
  /** Its `webhook-id`. */
  readonly eventId: string;
  readonly type: WebhookEventType;
  /** `task …` or `wallet …`. */
  readonly about: string;
  readonly tries: number;
  /** Why the last try failed, e.g. `status 500` or `timeout`. */
  readonly error: string;
  readonly createdAt: string;
  readonly givenUpAt: string;
}

/** What an operator does with events that were given up. */
export interface GivenUpWebhooks {
  /** The newest first, at most `count` (default 100, at most 1,000). */
  readonly list: (count?: number) => Promise<readonly GivenUpWebhook[]>;
  /**
   * Sends them from the first try on, with the same ids, also such as were heard once. What is still waiting is left
   * alone, and so are ids of nothing.
   *
   * @returns How many are sent again.
   */
  readonly sendAgain: (eventIds: readonly string[]) => Promise<number>;
}

/** As the database tells of it. */
export interface StoredGivenUp {
  /** With `given_up_at` its place in the list. */
  readonly id: number;
  readonly event_id: string;
  readonly type: WebhookEventType;
  readonly about: string;
  readonly tries: number;
  readonly error: string;
  readonly created_at: string;
  readonly given_up_at: string;
}

/** The newest first; with `before`, `{given_up_at, id}` of one, those that follow it. */
export async function readGivenUp(
  database: Database,
  count: number,
  before: JsonObject | null = null,
): Promise<readonly StoredGivenUp[]> {
  const rows = await database.call("genbff_given_up_webhooks", { p_count: count, p_before: before });
  return rows as unknown as StoredGivenUp[];
}

/** Reads and repeats what is kept in a database. */
export function givenUpWebhooks(database: Database): GivenUpWebhooks {
  return {
    async list(count = 100) {
      const rows = await readGivenUp(database, count);
      return rows.map(({ type, about, tries, error, ...row }) => ({
        eventId: row.event_id,
        ...{ type, about, tries, error },
        createdAt: toIso(row.created_at),
        givenUpAt: toIso(row.given_up_at),
      }));
    },
    async sendAgain(eventIds) {
      const answer = await database.call("genbff_send_webhooks_again", { p_event_ids: [...eventIds] });
      return (answer as { again: number }).again;
    },
  };
}
